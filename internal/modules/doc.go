// Package modules has tests of what the programs are made of: the licences of what is
// linked in, and versions that are exact.
package modules
