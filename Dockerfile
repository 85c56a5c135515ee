# Build with a compiler (re2 is C++), run without one.
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY crds crds
COPY metacontroller metacontroller
COPY hooks hooks
COPY service service
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# Any user will do: nothing is written, so the root file system may be read-only.
USER 65532:65532
EXPOSE 8080 9090
CMD ["node", "dist/service/main.js"]
