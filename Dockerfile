# Built with a compiler (re2 is C++), run without a compiler, a shell or a package manager.
FROM node:24-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
# re2 is an optional package: npm ci also ends well where it could not be compiled.
RUN npm ci --no-audit --no-fund && node -e "require('re2')"
COPY tsconfig.json tsconfig.build.json ./
COPY crds crds
COPY kubernetes kubernetes
COPY metacontroller metacontroller
COPY hooks hooks
COPY service service
COPY cli cli
RUN npm run build && npm prune --omit=dev --no-audit --no-fund
# Removes files of packages that the service never reads: re2's build files (100 MB), types, source maps and tests.
RUN cp node_modules/re2/build/Release/re2.node re2.node && strip re2.node && \
    rm -rf node_modules/re2/build node_modules/re2/vendor node_modules/node-gyp node_modules/.bin && \
    mkdir -p node_modules/re2/build/Release && mv re2.node node_modules/re2/build/Release/ && \
    find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete && \
    find node_modules -type d \( -name test -o -name tests \) -prune -exec rm -rf {} +

# The same Debian and major version of Node as above: re2 is compiled against them.
FROM gcr.io/distroless/nodejs24-debian12:nonroot
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
# Includes the source maps, so that stack traces name the TypeScript files and lines.
COPY --from=build /app/dist dist
# For `kubectl exec -n drop-system deploy/drop -- drop why nginx`.
COPY cli/image-command.cjs /usr/local/bin/drop
# The service writes no files: it runs as any user and with a read-only root file system.
USER 65532:65532
EXPOSE 8080 9090
CMD ["--enable-source-maps", "dist/service/main.js"]
