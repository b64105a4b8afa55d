#!/bin/sh
# Refreshes lib/ from the versions pinned in package-lock.json and records their hashes in SHA256SUMS.
# Only needed after changing package.json; the copied files are committed.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund

copy() { # package, file inside it, name in lib/ ; source maps are not shipped, so their pointers go
	sed -e 's|^//# sourceMappingURL=.*$||' "node_modules/$1/$2" >"lib/$3"
}
mkdir -p lib/licences
copy htmx.org dist/htmx.min.js htmx.min.js
copy echarts dist/echarts.common.min.js echarts.common.min.js
copy maplibre-gl dist/maplibre-gl.mjs maplibre-gl.mjs
copy maplibre-gl dist/maplibre-gl-worker.mjs maplibre-gl-worker.mjs
copy maplibre-gl dist/maplibre-gl.css maplibre-gl.css
cp node_modules/htmx.org/LICENSE lib/licences/htmx.txt
cp node_modules/echarts/LICENSE lib/licences/echarts.txt
cp node_modules/echarts/NOTICE lib/licences/echarts-notice.txt
cp node_modules/zrender/LICENSE lib/licences/zrender.txt
cp node_modules/maplibre-gl/LICENSE.txt lib/licences/maplibre-gl.txt
cp node_modules/axe-core/axe.min.js ../../../../test/browser/axe.min.js
(cd lib && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
rm -rf node_modules
