# `npm run dev`: runs the service from the sources and restarts it on changes, with a pretty log on a terminal.
export DROP_ALLOW_ANONYMOUS="${DROP_ALLOW_ANONYMOUS:-true}" DROP_HOST="${DROP_HOST:-127.0.0.1}"
if [ -t 1 ]; then
  tsx watch --clear-screen=false service/main.ts | pino-pretty
else
  exec tsx watch --clear-screen=false service/main.ts
fi
