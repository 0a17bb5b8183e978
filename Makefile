# The commands of this project; each is a script in script/ that can be called
# without make.

.PHONY: build demo test test-engines fuzz bench docs install uninstall release clean

build: # bin/compose
	@script/build

demo: # builds compose, finds or starts an engine, brings an example up
	@script/demo

test: # everything that .ci/run checks
	@script/test

test-engines: # every script and engine test on Docker 20.10, 26.1, 28 and Podman; docs/engines.md
	@script/test-engines $(engines)

fuzz: # every fuzz target for a minute, or for seconds=N
	@script/fuzz $(seconds)

bench: # the figures that the project must reach, against $PEER
	@script/bench

docs: # docs/man, docs/reference and the sessions in README.md and docs anew; docs/licenses.csv
	@script/docs

install: build # program, plugin, manual, completions; script/install says where
	@prefix='$(prefix)' DESTDIR='$(DESTDIR)' mandir='$(mandir)' plugindir='$(plugindir)' force='$(force)' script/install

uninstall: # what install put there, with the same prefix and DESTDIR
	@prefix='$(prefix)' DESTDIR='$(DESTDIR)' script/uninstall

release: # dist/: archives and packages for all platforms, and checksums
	@script/release

clean:
	rm -rf bin dist examples/hello/hello
