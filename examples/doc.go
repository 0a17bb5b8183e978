// Package examples tests the runnable projects in this folder's subfolders on a
// real engine: each is brought up, spoken to through its published port, taken
// down and brought up again to see whether its data is still there.
//
// The tests run where COMPOSE_TEST_ENGINE=1 is set. COMPOSE_BIN names the
// program under test; without it ./cmd/compose is built.
package examples
