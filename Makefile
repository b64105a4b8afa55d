# Short names for what developers do. ./test.sh is the whole truth; these are parts of it.
export CGO_ENABLED = 0

build:            ## the program, at bin/linli
	go build -trimpath -ldflags='-s -w' -o bin/linli ./cmd/linli

demo: build       ## the demonstration city on http://127.0.0.1:8080
	bin/linli serve --demo

test:             ## everything, on both engines and in the browser
	./test.sh

check:            ## the quick half: format, generated files, vet, staticcheck, architecture
	./test.sh format generated vet staticcheck arch

packs: build      ## check, test and trace all packs
	./test.sh packs

report:           ## lengths of files, functions and packages, depth of imports, against their budgets
	go run ./internal/arch/report

bench: build      ## the seven-step case against its floor, then queues at a million cases (long)
	bin/linli bench cases
	bin/linli bench queues --cases 1000000

fmt:              ## format Go files and templates
	gofmt -w cmd internal packs test
	go tool templ fmt internal

generate:         ## Go files from templates; commit them
	go tool templ generate
	find internal -name '*_templ.go' -exec sed -E -i 's/(FileName: `)[^`]*\//\1/' {} +

pictures:         ## the pictures in docs/pictures, drawn anew by the browser tests
	LINLI_PICTURES=docs/pictures go test -count=1 -run 'TestOneMatter|TestPictures|TestAFamily|TestANewcomer' ./test/browser/

help:             ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## */\t/' | expand -t 12

.PHONY: build demo test check packs report bench fmt generate pictures help
