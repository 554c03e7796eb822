# Everything that developers and CI run. Tools are built into .tools, at the versions named here and in go.mod.
.PHONY: build test timing faults cluster bench browser clients fuzz check generate rehash lint cover clean

export CGO_ENABLED ?= 1
GOLANGCI_LINT = v2.15.0
MODULES = clients/work-items clients/generators/genqlient # of their own, as their users' would be

build: # one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o latchkey .

# The C that SQLite was translated from is not looked at for races: it would be a third of the time of all tests. And default.pgo
# is for the program alone: tests would be compiled once more with it.
RACE = -race -pgo=off -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0'

test: # all Go tests, on SQLite and on MariaDB, the playground in a browser, and what is for clients
	scripts/need cc gcc libc6-dev
	scripts/need curl curl
	scripts/need openssl openssl
	scripts/need sqlite3 sqlite3
	scripts/need jq jq
	scripts/need redis-server redis-server
	scripts/with-mariadb go test $(RACE) ./...
	$(MAKE) timing browser clients

timing: # refused log-ins take the same time; a minute or two in which nothing else should run
	scripts/with-mariadb go test -count=1 -tags timing -run TakeTheSameTime .

faults: # the program killed, its databases frozen, its disk full, a thousand slow clients; some five minutes
	scripts/need mariadbd mariadb-server
	scripts/need redis-server redis-server
	go test -v -count=1 -tags faults -timeout 15m ./faults
	go test -race -count=1 -tags faults -run AThousandSlow ./internal/server

cluster: # three servers on a Galera cluster behind HAProxy, parts of which are killed; some three minutes
	scripts/need mariadbd mariadb-server galera-4
	scripts/need haproxy haproxy
	scripts/need rsync rsync
	scripts/need lsof lsof
	scripts/with-scratch go test -v -count=1 -tags cluster -timeout 10m ./cluster

BENCH = scripts/with-mariadb go test -run '^$$' -benchtime 1x -timeout 90m
bench: # what has to stay fast, each as a ratio within one run, into docs/performance.*; most of an hour in which nothing else should run
	scripts/need redis-server redis-server
	$(BENCH) -bench 'Profile$$' ./bench -docs
	$(BENCH) -bench . -skip 'Profile$$' ./bench -docs

browser: build web/node_modules # the playground, in Chromium
	scripts/need chromium chromium
	cd web && LATCHKEY_BIN="$(CURDIR)/latchkey" npm test --silent

clients: build clients/node_modules # what front ends use: the client package, generators, example apps and service, their stories in Chromium
	scripts/need chromium chromium
	scripts/need redis-server redis-server
	cd clients && LATCHKEY_BIN="$(CURDIR)/latchkey" npm test --silent
	cd clients/work-items && LATCHKEY_BIN="$(CURDIR)/latchkey" go test -race ./...

FUZZTIME ?= 5s
fuzz: # every fuzz target for a few seconds
	scripts/fuzz $(FUZZTIME)

check: lint # format, vet, linters; generated code and migrations up to date
	scripts/unchanged $(MAKE) generate

lint: .tools/golangci-lint clients/node_modules
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "gofmt: $$unformatted"; exit 1; }
	go vet ./...
	.tools/golangci-lint run
	for module in $(MODULES); do (cd $$module && go vet ./... && $(CURDIR)/.tools/golangci-lint run --config $(CURDIR)/.golangci.yml) || exit 1; done
	cd clients && npm run lint --silent --workspaces --if-present

generate: web/node_modules clients/node_modules # what is generated; NAME=what_changed names a new migration
	cd ent && go generate .
	go mod tidy
	go run github.com/99designs/gqlgen generate
	scripts/with-mariadb go run ./ent/migrate/diff "$(NAME)"
	cd web && npm run build --silent
	cd clients && npm run generate --silent --workspaces --if-present
	for module in $(MODULES); do (cd $$module && go mod tidy && go generate ./...) || exit 1; done

rehash: # after a migration was edited by hand
	go run ./ent/migrate/rehash

cover: # coverage.html: what the tests reach in hand-written code
	scripts/need redis-server redis-server
	scripts/with-mariadb go test -race -coverpkg=./... -coverprofile=coverage.all ./...
	grep -vE '^latchkey/(ent/|graph/generated.go|internal/testdb/)' coverage.all >coverage.out
	go tool cover -func=coverage.out | tail -n 1
	go tool cover -html=coverage.out -o coverage.html

%/node_modules: %/package-lock.json
	cd $* && npm ci --silent
	touch $@

.tools/golangci-lint: Makefile
	GOBIN="$(CURDIR)/.tools" go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	touch $@

clean:
	rm -rf latchkey coverage.* .tools web/node_modules clients/node_modules
