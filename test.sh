#!/usr/bin/env bash
# test.sh runs everything that must hold before a change is good: format, generated files, vet, staticcheck,
# architecture, all tests on SQLite and PostgreSQL, packs, scenarios, the browser, known vulnerabilities and the
# size of the program. It needs Go; the rest it installs itself when it is root on Debian, and names otherwise.
#
#   ./test.sh                 everything
#   ./test.sh format vet      only these stages (./test.sh list names them)
#
# LINLI_FUZZ=30s      also fuzz every fuzz target for that long (their seeds always run)
# LINLI_RACE=0        leave out the race detector
# LINLI_OBLIGATIONS   folder with the table of obligations for `linli pack trace` (default test/obligations)
#
# A stage that fails does not stop the later ones; the last lines say which failed, and the exit code is 1.
set -uo pipefail
exec </dev/null
cd "$(dirname "$0")"

STAGES=(install format generated vet staticcheck build arch unit race packs scenario browser fuzz vulnerabilities size)
MAX_BYTES=80000000
GOVULNCHECK=golang.org/x/vuln/cmd/govulncheck@v1.9.0
# Tests are vetted by the stage vet, whole, and a test that fails prints its lines without the tables of a debugger, which cost half of the linking.
TESTING=(-vet=off "-ldflags=-s -w")
RACY=(./internal/db/... ./internal/job/... ./internal/casework/...)

export CGO_ENABLED=0 # the program is built without cgo, so it is tested without cgo (the race stage excepted)
export GOFLAGS="${GOFLAGS:-} -buildvcs=false -trimpath" # as the program is built: what is compiled once serves every stage
tmp=$(mktemp -d "${TMPDIR:-/tmp}/linli-test.XXXXXX")
chmod 755 "$tmp"
pg_bin="" pg_data="$tmp/pg"
started=$SECONDS

say() { printf '%s\n' "$*"; }
fail() { printf '  ✗ %s\n' "$*" >&2; return 1; }

# as_postgres runs a command as an account that PostgreSQL accepts: it refuses to run as root.
as_postgres() {
	if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

cleanup() {
	if [ -f "$pg_data/postmaster.pid" ]; then
		(cd / && as_postgres "$pg_bin/pg_ctl" -D "$pg_data" -m immediate -w stop) >/dev/null 2>&1
	fi
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# --- what the machine must have ---------------------------------------------------------------------------------

find_postgres() {
	local dir
	for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV); do
		if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ]; then pg_bin=$dir && return; fi
	done
	if command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then
		pg_bin=$(dirname "$(readlink -f "$(command -v initdb)")") && return
	fi
	return 1
}

find_chromium() {
	command -v chromium || command -v chromium-browser || command -v google-chrome
}

has_chinese_font() {
	command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family 2>/dev/null | head -1)" ]
}

missing_packages() {
	command -v git >/dev/null || echo git
	[ -s /etc/ssl/certs/ca-certificates.crt ] || [ -s /etc/pki/tls/certs/ca-bundle.crt ] || echo ca-certificates
	find_postgres || echo postgresql
	find_chromium >/dev/null || echo chromium
	has_chinese_font || echo fontconfig fonts-noto-cjk
	if [ "${LINLI_RACE:-1}" != 0 ] && ! command -v gcc >/dev/null; then echo gcc libc6-dev; fi
}

stage_install() {
	command -v go >/dev/null || { fail "Go is not on the PATH: install the version that go.mod names (https://go.dev/dl/)"; return; }
	say "  $(go version)"
	local missing
	missing=$(missing_packages | xargs)
	if [ -n "$missing" ]; then
		if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
			fail "not installed: $missing. On Debian, as root: apt-get install --no-install-recommends $missing"
			return
		fi
		say "  installing $missing"
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >"$tmp/apt.log" 2>&1 ||
			{ tail -20 "$tmp/apt.log"; fail "apt-get could not install: $missing"; return; }
		missing=$(missing_packages | xargs)
		[ -z "$missing" ] || { fail "still missing after the installation: $missing"; return; }
	fi
	find_postgres && say "  PostgreSQL: $("$pg_bin/postgres" --version)"
	say "  browser: $("$(find_chromium)" --version 2>/dev/null)"
	go mod download || fail "the modules of go.mod could not be fetched"
}

# start_postgres starts one throw-away server for the whole run. It is made to be fast, not to keep anything.
start_postgres() {
	[ -z "${LINLI_TEST_POSTGRES:-}" ] || return 0
	find_postgres || { fail "PostgreSQL is not installed: apt-get install postgresql"; return; }
	local port tries=0
	mkdir -p "$pg_data" "$tmp/socket" && chmod 777 "$tmp/socket"
	if [ "$(id -u)" = 0 ]; then chown postgres "$pg_data"; fi
	(cd / && as_postgres "$pg_bin/initdb" -D "$pg_data" -U postgres -A trust -E UTF8 --locale=C --no-sync) >"$tmp/initdb.log" 2>&1 ||
		{ tail -5 "$tmp/initdb.log"; fail "initdb failed"; return; }
	while [ $((tries += 1)) -le 10 ]; do
		port=$((20000 + RANDOM % 12000))
		if (cd / && as_postgres "$pg_bin/pg_ctl" -D "$pg_data" -w -t 60 -l "$pg_data/log" -o "-c port=$port \
			-c listen_addresses=127.0.0.1 -c unix_socket_directories=$tmp/socket -c max_connections=400 \
			-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=256MB" start) >/dev/null 2>&1; then
			export LINLI_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
			return 0
		fi
	done
	tail -5 "$pg_data/log"
	fail "PostgreSQL did not start"
}

# --- stages -----------------------------------------------------------------------------------------------------

stage_format() {
	local bad
	bad=$(gofmt -l cmd internal packs test) || { fail "gofmt could not read the tree"; return; }
	[ -z "$bad" ] || { say "$bad"; fail "not formatted: run make fmt"; }
}

# Generated files are compared in a copy, so that a developer's tree is not touched. templ writes the name of the
# source as seen from the folder it was called in; only the base name is compared.
stage_generated() {
	local copy="$tmp/generated" bad=0 file source
	go build -o "$tmp/templ" github.com/a-h/templ/cmd/templ || return
	mkdir -p "$copy" && cp go.mod go.sum "$copy/"
	find internal -name '*.templ' -print0 | while IFS= read -r -d '' source; do
		mkdir -p "$copy/$(dirname "$source")" && cp "$source" "$copy/$source"
	done
	(cd "$copy" && "$tmp/templ" generate -log-level error) || { fail "a template does not compile"; return; }
	while IFS= read -r file; do
		if ! diff -q <(sed -E 's/(FileName: `)[^`]*\//\1/' "$copy/$file") <(sed -E 's/(FileName: `)[^`]*\//\1/' "$file") >/dev/null 2>&1; then
			say "$file" && bad=1
		fi
	done < <(cd "$copy" && find internal -name '*_templ.go')
	while IFS= read -r file; do
		[ -f "${file%_templ.go}.templ" ] || { say "$file has no template" && bad=1; }
	done < <(find internal -name '*_templ.go')
	[ "$bad" = 0 ] || fail "generated files are out of date: run make generate and commit them"
}

stage_vet() { go vet ./...; }

stage_staticcheck() { go tool staticcheck ./...; }

stage_build() { go build -ldflags='-s -w' -o bin/linli ./cmd/linli; }

stage_arch() { go test ./internal/arch/... && go run ./internal/arch/report; }

# Unit tests, golden pages and real-database tests: everything but the stages of their own below. The tests
# themselves run once per engine.
stage_unit() {
	start_postgres || return
	local packages
	packages=$(go list ./...) || { fail "the packages could not be listed"; return; }
	go test "${TESTING[@]}" -timeout 30m $(grep -vE '/(internal/arch|test/(scenario|browser))(/|$)' <<<"$packages")
}

stage_race() {
	if [ "${LINLI_RACE:-1}" = 0 ]; then say "  left out: LINLI_RACE=0"; return; fi
	start_postgres || return
	CGO_ENABLED=1 go test "${TESTING[@]}" -race -short -timeout 15m "${RACY[@]}"
}

stage_packs() {
	local obligations="${LINLI_OBLIGATIONS:-test/obligations}"
	[ -x bin/linli ] || stage_build || return
	[ -d "$obligations" ] || { fail "no obligations in $obligations: set LINLI_OBLIGATIONS"; return; }
	bin/linli pack check && bin/linli pack test && bin/linli pack trace --obligations "$obligations"
}

stage_scenario() {
	start_postgres || return
	has_tests ./test/scenario && go test "${TESTING[@]}" -timeout 15m ./test/scenario/...
}

stage_browser() {
	local chromium
	chromium=$(find_chromium) || { fail "Chromium is not installed: apt-get install chromium"; return; }
	start_postgres || return
	has_tests ./test/browser && LINLI_CHROMIUM="$chromium" LINLI_REQUIRE_BROWSER=1 go test "${TESTING[@]}" -timeout 30m ./test/browser/...
}

# The seeds of every fuzz target run with the unit tests; this stage counts them and, when asked, fuzzes.
stage_fuzz() {
	local file name count=0
	while IFS=: read -r file name; do
		count=$((count + 1))
		[ -n "${LINLI_FUZZ:-}" ] || continue
		go test -run '^$' -fuzz "^$name\$" -fuzztime "$LINLI_FUZZ" "./$(dirname "$file")" || return
	done < <(grep -rHoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' internal | sed 's/:func /:/')
	[ "$count" -gt 0 ] || { fail "no fuzz target: the parsers must have them"; return; }
	if [ -n "${LINLI_FUZZ:-}" ]; then say "  $count targets fuzzed for $LINLI_FUZZ each"; else say "  seeds of $count targets ran with the unit tests"; fi
}

# A finding fails the run. A database of vulnerabilities that cannot be reached does not: it is said, and the
# machine with a connection finds it.
stage_vulnerabilities() {
	local code out="$tmp/vulnerabilities"
	go run "$GOVULNCHECK" ./... >"$out" 2>&1
	code=$?
	if [ "$code" = 0 ]; then tail -3 "$out"; return 0; fi
	if grep -qE '^Vulnerability #|^exit status 3' "$out"; then cat "$out"; fail "known vulnerabilities are reachable"; return; fi
	if grep -qE 'dial tcp|no such host|i/o timeout|TLS handshake|connection re(fused|set)|Forbidden|Bad Gateway|Service Unavailable|HTTP GET .* (status|returned)|server misbehaving' "$out"; then
		say "  NOT CHECKED: the vulnerability database or the checker could not be reached:"
		tail -2 "$out"
		return 0
	fi
	cat "$out"
	fail "govulncheck did not finish"
}

stage_size() {
	[ -x bin/linli ] || stage_build || return
	local bytes
	bytes=$(wc -c <bin/linli)
	grep -q 'CGO_ENABLED=0' <<<"$(go version -m bin/linli)" || { fail "bin/linli was built with cgo"; return; }
	say "  bin/linli: $((bytes / 1000000)) MB, without cgo (at most $((MAX_BYTES / 1000000)) MB)"
	[ "$bytes" -le "$MAX_BYTES" ] || fail "the program is too large"
}

# has_tests refuses a package that is missing or empty: go test would call that a success.
has_tests() {
	local names
	names=$(go test "${TESTING[@]}" -list '^Test' "$1") || { say "$names"; fail "$1 does not compile"; return; }
	grep -q '^Test' <<<"$names" || fail "$1 has no tests"
}

# --- the run ----------------------------------------------------------------------------------------------------

export LINLI_REQUIRE_POSTGRES=1
if [ $# -gt 0 ]; then
	if [ "$1" = list ]; then printf '%s\n' "${STAGES[@]}"; exit; fi
	for stage in "$@"; do
		case " ${STAGES[*]} " in *" $stage "*) ;; *) say "no stage $stage; there are: ${STAGES[*]}" >&2; exit 2 ;; esac
	done
	STAGES=("$@")
fi

failed=() summary=()
for stage in "${STAGES[@]}"; do
	begun=$SECONDS
	say "== $stage"
	if "stage_$stage"; then mark=ok; else mark=FAILED; failed+=("$stage"); fi
	summary+=("$(printf '%-16s %-6s %4d s' "$stage" "$mark" $((SECONDS - begun)))")
	say "== $stage: $mark, $((SECONDS - begun)) s"
	if [ "$stage" = install ] && ! command -v go >/dev/null; then break; fi
done

say ""
printf '%s\n' "${summary[@]}"
say ""
if [ ${#failed[@]} -gt 0 ]; then
	say "FAILED: ${failed[*]} ($((SECONDS - started)) s)"
	exit 1
fi
say "all ${#STAGES[@]} stages passed in $((SECONDS - started)) s"
