package planner

import (
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
)

// dependencyOrder returns the services with dependencies before dependents and
// equals by name. A cycle, which the loader refuses, ends in name order.
func dependencyOrder(services types.Services) []string {
	edges := map[string][]string{}
	for name, svc := range services {
		edges[name] = slices.Sorted(maps.Keys(svc.DependsOn))
	}
	return sortByDependency(edges)
}

// sortByDependency orders the keys of edges (name → what it depends on).
func sortByDependency(edges map[string][]string) []string {
	var order []string
	seen := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		if _, known := edges[name]; !known || seen[name] {
			return
		}
		seen[name] = true
		for _, dep := range edges[name] {
			visit(dep)
		}
		order = append(order, name)
	}
	for _, name := range slices.Sorted(maps.Keys(edges)) {
		visit(name)
	}
	return order
}

// dependents inverts depends_on: name → the services that depend on it, sorted.
func dependents(services types.Services) map[string][]string {
	out := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(services)) {
		for dep := range services[name].DependsOn {
			out[dep] = append(out[dep], name)
		}
	}
	for _, names := range out {
		slices.Sort(names)
	}
	return out
}

// stepSet is a set of step ids. The zero value is empty.
type stepSet []uint64

func (s stepSet) has(id int) bool { return id/64 < len(s) && s[id/64]&(1<<(id%64)) != 0 }

func (s stepSet) with(id int) stepSet {
	one := make(stepSet, id/64+1)
	one[id/64] = 1 << (id % 64)
	return s.union(one)
}

func (s stepSet) union(other stepSet) stepSet {
	out := make(stepSet, max(len(s), len(other)))
	copy(out, s)
	for i, bits := range other {
		out[i] |= bits
	}
	return out
}
