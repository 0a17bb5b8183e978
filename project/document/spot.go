package document

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Spot is a node and the path that leads to it.
type Spot struct {
	Path []string
	Node *yaml.Node
}

// Spots are the nodes that a path leads to; [] stands for every element of a
// list, * for every element of a list or mapping. Where the path has a key and
// the file a list of KEY=value, it is the element.
func (t *Document) Spots(path []string) []Spot {
	var spots []Spot
	for _, root := range t.Docs {
		spots = append(spots, Spot{Node: root})
	}
	for _, part := range path {
		var next []Spot
		for _, s := range spots {
			next = append(next, s.step(part)...)
		}
		spots = next
	}
	return spots
}

func (s Spot) step(part string) []Spot {
	var next []Spot
	add := func(name string, n *yaml.Node) {
		next = append(next, Spot{append(slices.Clone(s.Path), name), n})
	}
	if part == "[]" || part == "*" {
		for i, item := range Items(s.Node) {
			add(strconv.Itoa(i), item)
		}
		if part == "*" {
			of := Values(s.Node)
			for i, name := range Keys(s.Node) {
				add(name, of[i])
			}
		}
		return next
	}
	if _, v := Child(s.Node, part); v != nil {
		add(part, v)
		return next
	}
	for _, item := range Items(s.Node) {
		if strings.HasPrefix(item.Value, part+"=") {
			add(part, item)
		}
	}
	return next
}
