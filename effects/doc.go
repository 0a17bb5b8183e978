// Package effects has no code of its own: its tests see, on a real engine, that
// every attribute of the Compose specification takes effect.
//
// testdata holds the files of one project. The tables beside it say for each
// attribute how a shell in a container (or, for what has no trace in there, on
// the host) sees it. An attribute that no check sees is listed with its reason
// in unseen_test.go; one that is in neither fails the tests. docs/effects.md is
// written from them: go test ./effects -run Document -update.
//
// The tests run where COMPOSE_TEST_ENGINE=1 is set and docker is on PATH.
// COMPOSE_BIN names the program to test, else it is built. With PEER naming
// Docker Compose, what the engine reports of its containers, networks and
// volumes is compared with what it reports of ours.
package effects
