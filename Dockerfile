# Built with a compiler (re2 is C++), run without one, without a shell, and without a package manager.
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY crds crds
COPY kubernetes kubernetes
COPY metacontroller metacontroller
COPY hooks hooks
COPY service service
COPY cli cli
RUN npm run build && npm prune --omit=dev --no-audit --no-fund
# What a running service never reads: how re2 was compiled (100 MB), types, source maps, the tests of packages.
RUN cp node_modules/re2/build/Release/re2.node re2.node && strip re2.node && \
    rm -rf node_modules/re2/build node_modules/re2/vendor node_modules/node-gyp node_modules/.bin && \
    mkdir -p node_modules/re2/build/Release && mv re2.node node_modules/re2/build/Release/ && \
    find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete && \
    find node_modules -type d \( -name test -o -name tests \) -prune -exec rm -rf {} +

# The same Debian and the same major version of Node as above, since re2 was compiled against them.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# Any user will do: nothing is written, so the root file system may be read-only.
USER 65532:65532
EXPOSE 8080 9090
CMD ["dist/service/main.js"]
