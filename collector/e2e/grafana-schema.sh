#!/bin/sh
# Derives the JSON schema of Grafana's dashboards from the TypeScript types of @grafana/schema, which ships none. Needs npm.
# The dashboards are tested against the committed result: `make e2e` needs no npm.
set -eu
version=12.4.0 generator=2.4.0
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --no-fund --no-audit --silent "@grafana/schema@$version" "ts-json-schema-generator@$generator"
# Another name than the type's own: the generator takes the two for one otherwise.
cat >dashboard.ts <<'TS'
import type { Dashboard } from './node_modules/@grafana/schema/dist/types/raw/dashboard/x/types.gen';
export interface GrafanaDashboard extends Dashboard {}
TS
npx ts-json-schema-generator --path dashboard.ts --type GrafanaDashboard --no-type-check --additional-properties -o schema.json
VERSION=$version node -e '
const fs = require("fs"), schema = JSON.parse(fs.readFileSync("schema.json"))
// A wrong path yields a schema that accepts everything.
if (!schema.definitions || Object.keys(schema.definitions).length < 20) { console.error("the schema is empty"); process.exit(1) }
const comment = `Derived from @grafana/schema ${process.env.VERSION} (Apache-2.0), dist/types/raw/dashboard/x, by make grafana-schema.`
fs.writeFileSync(process.argv[1], JSON.stringify({ $comment: comment, ...schema }, null, 1) + "\n")
' "$here/testdata/grafana-dashboard.schema.json"
