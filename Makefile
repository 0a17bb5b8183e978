# The commands of this project; each is a script in script/ that can be called
# without make.

prefix ?= /usr/local

.PHONY: build demo test bench install clean

build: # bin/compose
	@script/build

demo: # builds compose, finds or starts an engine, brings an example up
	@script/demo

test: # everything that .ci/run checks
	@script/test

bench: # the figures that the project must reach, against $PEER
	@script/bench

install: build # prefix=DIR for another place than /usr/local
	install -D bin/compose $(prefix)/bin/compose

clean:
	rm -rf bin examples/hello/hello
