package limits

import (
	"fmt"
	"math"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// cost is how much a part of a file is once aliases and extends are written
// out.
type cost struct {
	nodes, text int // keys and values; bytes of their texts
	steps       int // the sum of the nodes' depths
	keys        int // of mappings, squared: each key is compared with the others
	paths       int // bytes of keys, for each node below: what is done with one names its path
	ports       int // that ranges stand for
	documents   int // each of which is merged into all before
	services    int
	needs       int // dependencies
	resets      int // nodes that take something back, each looked for in the whole project
}

// add saturates, so that a bomb does not wrap around.
func (c *cost) add(o cost) {
	c.nodes = saturated(c.nodes, o.nodes)
	c.text = saturated(c.text, o.text)
	c.steps = saturated(c.steps, o.steps)
	c.keys = saturated(c.keys, o.keys)
	c.paths = saturated(c.paths, o.paths)
	c.ports = saturated(c.ports, o.ports)
	c.resets = saturated(c.resets, o.resets)
	c.documents += o.documents
	c.services += o.services
	c.needs += o.needs
}

func saturated(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// product saturates as well. Neither is negative.
func product(a, b int) int {
	if b > 0 && a > math.MaxInt/b {
		return math.MaxInt
	}
	return a * b
}

// check compares with the limits for files of that size in bytes.
func (c cost) check(size int) *Error {
	const hint = "this is more than a project needs: is it meant to exhaust the machine?"
	factor := max(1, size/UsualSize)
	for _, bound := range []struct {
		Limit
		n int
	}{{ComposeServices, c.services}, {DependencyCount, c.needs}, {ComposeNodes, c.nodes}, {ComposeMerged, c.documents * min(c.nodes, ComposeNodes.Value)}} {
		if bound.n > bound.Value && (bound.Limit != ComposeNodes || c.nodes <= maxNodes*factor) {
			return &Error{Msg: bound.Exceeded("the project"), Hint: bound.Help}
		}
	}
	switch {
	case c.nodes > maxNodes*factor || c.text > maxText*factor || c.steps > maxSteps*factor:
		return &Error{Msg: "excessive aliasing or nesting: with aliases and extends written out the file is too large", Hint: hint}
	case c.keys > ComposeKeys.Value:
		return &Error{Msg: ComposeKeys.Exceeded("the project"), Hint: ComposeKeys.Help}
	case c.paths > ComposePaths.Value:
		return &Error{Msg: ComposePaths.Exceeded("the project"), Hint: ComposePaths.Help}
	case c.resets > maxResets/max(1, c.nodes):
		return &Error{Msg: fmt.Sprintf("%d times !reset or !override in a project of this size", c.resets), Hint: "take back whole lists and mappings, or leave out of the first file what the others take back"}
	case c.ports > maxPorts:
		return &Error{Msg: fmt.Sprintf("the ranges of ports stand for more than %d ports", maxPorts), Hint: "a network of its own, or network_mode: host, needs no published ports"}
	}
	return nil
}

// Check compares what the files of a project cost together with the limits. It
// returns the file that exceeds one and the limit, or nil and nil.
func Check(documents []*document.Document) (*document.Document, *Error) {
	var total cost
	size, largest := 0, 0
	for _, t := range documents {
		largest = max(largest, len(t.Content))
	}
	for _, t := range documents {
		e := newEstimator(t, largest)
		for _, root := range t.Docs {
			if err := e.document(root); err != nil {
				return t, err
			}
		}
		total.add(e.total)
		size += len(t.Content)
		if err := total.check(size); err != nil {
			return t, err
		}
	}
	return nil, nil
}

// estimator finds the cost of a file's nodes, each once.
type estimator struct {
	total   cost
	known   map[*yaml.Node]cost
	open    map[*yaml.Node]bool // being visited: one that is met again is within itself
	aliases map[*yaml.Node]int
	size    int // of the file, in bytes
	largest int // file of the project

	heaviest *yaml.Node // the alias that stands for most
	most     int        // nodes
	widest   *yaml.Node // the text that stands for most ports
	ports    int
}

func newEstimator(t *document.Document, largest int) *estimator {
	return &estimator{
		known:   map[*yaml.Node]cost{},
		open:    map[*yaml.Node]bool{},
		aliases: map[*yaml.Node]int{},
		size:    len(t.Content),
		largest: largest,
	}
}

// document adds a document of the file to the total.
func (e *estimator) document(root *yaml.Node) *Error {
	got, err := e.node(root, 1)
	if err != nil {
		return err
	}
	e.total.add(got)
	e.total.documents++
	e.count(root)
	if err := e.extends(root); err != nil {
		return err
	}
	err = e.total.check(e.size)
	if err != nil && err.Node == nil && e.total.services <= ComposeServices.Value && e.total.needs <= DependencyCount.Value {
		err.Node = e.heaviest
		if e.total.ports > maxPorts {
			err.Node = e.widest
		}
	}
	return err
}

// serviceFields is how many attributes a service has, whether they are set or not: the
// loader makes a path for each.
const serviceFields = 110

// count counts services and dependencies.
func (e *estimator) count(root *yaml.Node) {
	_, services := document.Child(root, "services")
	all := document.Values(services)
	e.total.services += len(all)
	for _, name := range document.Keys(services) {
		e.total.paths = saturated(e.total.paths, len(name)*serviceFields)
	}
	for _, service := range all {
		_, needs := document.Child(service, "depends_on")
		e.total.needs += len(document.Items(needs)) + len(document.Values(needs))
	}
}

func (e *estimator) node(n *yaml.Node, depth int) (cost, *Error) {
	if depth > maxDepth {
		return cost{}, &Error{Node: n, Msg: fmt.Sprintf("nested more than %d levels deep", maxDepth), Hint: "flatten the file"}
	}
	if n.Kind == yaml.AliasNode {
		return e.alias(n, depth)
	}
	if known, ok := e.known[n]; ok {
		return known, nil
	}
	got := cost{nodes: 1, text: len(n.Value), steps: depth}
	if document.Tagged(n) {
		got.resets = 1
	}
	if n.Kind == yaml.MappingNode {
		got.keys = (len(n.Content) / 2) * (len(n.Content) / 2)
	}
	if n.Kind == yaml.ScalarNode {
		got.ports = portsOf(n.Value)
		if got.ports > e.ports {
			e.widest, e.ports = n, got.ports
		}
	}
	e.open[n] = true
	defer delete(e.open, n)
	for i, c := range n.Content {
		below, err := e.node(c, depth+1)
		if err != nil {
			return cost{}, err
		}
		got.add(below)
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			got.paths = saturated(got.paths, product(len(document.Deref(n.Content[i-1]).Value), below.nodes))
		}
	}
	e.known[n] = got
	return got, nil
}

func (e *estimator) alias(n *yaml.Node, depth int) (cost, *Error) {
	if e.open[n.Alias] {
		return cost{}, &Error{Node: n, Msg: fmt.Sprintf("cycle detected: *%s is within what it stands for", n.Value), Hint: "take the alias out"}
	}
	if e.aliases[n.Alias]++; e.aliases[n.Alias] > maxSameAlias {
		return cost{}, &Error{Node: n, Msg: fmt.Sprintf("excessive aliasing: more than %d times *%s", maxSameAlias, n.Value), Hint: "write fewer, or several files"}
	}
	got, err := e.node(n.Alias, depth+1)
	if got.nodes > e.most {
		e.heaviest, e.most = n, got.nodes
	}
	return got, err
}

// extends adds what services take over from each other within the document.
func (e *estimator) extends(root *yaml.Node) *Error {
	_, services := document.Child(root, "services")
	base := map[string]string{}
	own := map[string]*yaml.Node{}
	read := 0
	all := document.Values(services)
	for i, name := range document.Keys(services) {
		service := all[i]
		own[name] = service
		if _, extends := document.Child(service, "extends"); extends != nil {
			base[name] = Extended(extends)
			if _, file := document.Child(extends, "file"); file != nil {
				read += e.largest
			}
		}
	}
	for name := range base {
		for on, row := base[name], 1; on != "" && own[on] != nil; on, row = base[on], row+1 {
			if row > maxExtends {
				return &Error{Node: own[name], Msg: fmt.Sprintf("more than %d services extend each other in a row, from %s on", maxExtends, name), Hint: "is it a circle? Let them extend one service"}
			}
			if on == name {
				break // compose-go refuses it
			}
			e.total.add(e.known[document.Deref(own[on])])
		}
	}
	if read > maxExtended {
		return &Error{Msg: "too many services extend one of a large file", Hint: "keep what they extend in a file of its own"}
	}
	return nil
}

// Extended is the service that an extends names. One of another file counts as
// well if this file has the name: the file may be the same.
func Extended(e *yaml.Node) string {
	if _, service := document.Child(e, "service"); service != nil {
		return service.Value
	}
	if e = document.Deref(e); e.Kind == yaml.ScalarNode {
		return e.Value
	}
	return ""
}

// portsOf is how many ports a text stands for, if it is a port; ranges only.
func portsOf(text string) int {
	const longest = len("65535-65535:65535-65535/sctp") + 40 // and an address
	if len(text) > longest {
		return 0
	}
	text, _, _ = strings.Cut(text, "/")
	size := 0
	for part := range strings.SplitSeq(text, ":") {
		if from, to, ok := strings.Cut(part, "-"); ok {
			size = max(size, rangeSize(from, to))
		}
	}
	return size
}
