package project

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// spot is a node and the path that leads to it.
type spot struct {
	path []string
	node *yaml.Node
}

// spots are the nodes that a path leads to; [] stands for every element of a
// list, * for every element of a list or mapping. Where the path has a key and
// the file a list of KEY=value, the element is meant.
func (t *document) spots(path []string) []spot {
	var spots []spot
	for _, root := range t.docs {
		spots = append(spots, spot{node: root})
	}
	for _, part := range path {
		var next []spot
		for _, s := range spots {
			next = append(next, s.step(part)...)
		}
		spots = next
	}
	return spots
}

func (s spot) step(part string) []spot {
	var next []spot
	add := func(name string, n *yaml.Node) {
		next = append(next, spot{append(slices.Clone(s.path), name), n})
	}
	if part == "[]" || part == "*" {
		for i, item := range items(s.node) {
			add(strconv.Itoa(i), item)
		}
		if part == "*" {
			of := values(s.node)
			for i, name := range keys(s.node) {
				add(name, of[i])
			}
		}
		return next
	}
	if _, v := child(s.node, part); v != nil {
		add(part, v)
		return next
	}
	for _, item := range items(s.node) {
		if strings.HasPrefix(item.Value, part+"=") {
			add(part, item)
		}
	}
	return next
}
