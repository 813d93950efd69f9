# Every target works from a fresh clone with Go installed; `make test` also
# sets up what the tests need besides. Anything longer than two lines is a
# script in scripts/, which says at its top what it does.
.POSIX:
.PHONY: build test lint race cross bench demo soak clean

build:
	scripts/build

test:
	scripts/test

lint:
	scripts/lint

race:
	scripts/race

cross:
	scripts/cross

bench:
	scripts/bench

demo:
	scripts/demo

soak:
	scripts/soak

clean:
	rm -rf bin dist .cache
	git clean -qfdX test/clients
