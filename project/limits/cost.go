package limits

import (
	"fmt"
	"math"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// weight is how much a part of a file is once aliases and extends are written
// out.
type weight struct {
	nodes, text int // keys and values; bytes of their texts
	steps       int // the sum of the nodes' depths
	keys        int // of mappings, squared: each key is compared with the others
	ports       int // that ranges stand for
	documents   int // each of which is merged into all before
	services    int
	needs       int // dependencies
	resets      int // nodes that take something back, each looked for in the whole project
}

// add saturates, so that a bomb does not wrap around.
func (w *weight) add(o weight) {
	w.nodes = saturated(w.nodes, o.nodes)
	w.text = saturated(w.text, o.text)
	w.steps = saturated(w.steps, o.steps)
	w.keys = saturated(w.keys, o.keys)
	w.ports = saturated(w.ports, o.ports)
	w.resets = saturated(w.resets, o.resets)
	w.documents += o.documents
	w.services += o.services
	w.needs += o.needs
}

func saturated(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// check compares with the limits for files of that size in bytes.
func (w weight) check(size int) *Error {
	const hint = "this is more than a project needs: is it meant to exhaust the machine?"
	factor := max(1, size/UsualSize)
	for _, bound := range []struct {
		Limit
		n int
	}{{ComposeServices, w.services}, {DependencyCount, w.needs}, {ComposeNodes, w.nodes}, {ComposeMerged, w.documents * min(w.nodes, ComposeNodes.Value)}} {
		if bound.n > bound.Value && (bound.Limit != ComposeNodes || w.nodes <= maxNodes*factor) {
			return &Error{Msg: bound.Exceeded("the project"), Hint: bound.Help}
		}
	}
	switch {
	case w.nodes > maxNodes*factor || w.text > maxText*factor || w.steps > maxSteps*factor:
		return &Error{Msg: "excessive aliasing or nesting: with aliases and extends written out the file is too large", Hint: hint}
	case w.keys > ComposeKeys.Value:
		return &Error{Msg: ComposeKeys.Exceeded("the project"), Hint: ComposeKeys.Help}
	case w.resets > maxResets/max(1, w.nodes):
		return &Error{Msg: fmt.Sprintf("%d times !reset or !override in a project of this size", w.resets), Hint: "take back whole lists and mappings, or leave out of the first file what the others take back"}
	case w.ports > maxPorts:
		return &Error{Msg: fmt.Sprintf("the ranges of ports stand for more than %d ports", maxPorts), Hint: "a network of its own, or network_mode: host, needs no published ports"}
	}
	return nil
}

// Weigh adds up the files of a project. An error comes with the file that it is
// about.
func Weigh(documents []*document.Document) (*document.Document, *Error) {
	var total weight
	size, largest := 0, 0
	for _, t := range documents {
		largest = max(largest, len(t.Content))
	}
	for _, t := range documents {
		w := newWeigher(t, largest)
		for _, root := range t.Docs {
			if err := w.document(root); err != nil {
				return t, err
			}
		}
		total.add(w.total)
		size += len(t.Content)
		if err := total.check(size); err != nil {
			return t, err
		}
	}
	return nil, nil
}

// weigher finds the weight of a file's nodes, each once.
type weigher struct {
	total   weight
	known   map[*yaml.Node]weight
	open    map[*yaml.Node]bool // being weighed: met again, it is within itself
	aliases map[*yaml.Node]int
	size    int // of the file, in bytes
	largest int // file of the project

	heaviest *yaml.Node // the alias that stands for most
	most     int        // nodes
	widest   *yaml.Node // the text that stands for most ports
	ports    int
}

func newWeigher(t *document.Document, largest int) *weigher {
	return &weigher{
		known:   map[*yaml.Node]weight{},
		open:    map[*yaml.Node]bool{},
		aliases: map[*yaml.Node]int{},
		size:    len(t.Content),
		largest: largest,
	}
}

// document adds a document of the file to the total.
func (w *weigher) document(root *yaml.Node) *Error {
	got, err := w.node(root, 1)
	if err != nil {
		return err
	}
	w.total.add(got)
	w.total.documents++
	w.count(root)
	if err := w.extends(root); err != nil {
		return err
	}
	err = w.total.check(w.size)
	if err != nil && err.Node == nil && w.total.services <= ComposeServices.Value && w.total.needs <= DependencyCount.Value {
		err.Node = w.heaviest
		if w.total.ports > maxPorts {
			err.Node = w.widest
		}
	}
	return err
}

// count counts services and dependencies.
func (w *weigher) count(root *yaml.Node) {
	_, services := document.Child(root, "services")
	all := document.Values(services)
	w.total.services += len(all)
	for _, service := range all {
		_, needs := document.Child(service, "depends_on")
		w.total.needs += len(document.Items(needs)) + len(document.Values(needs))
	}
}

func (w *weigher) node(n *yaml.Node, depth int) (weight, *Error) {
	if depth > maxDepth {
		return weight{}, &Error{Node: n, Msg: fmt.Sprintf("nested more than %d levels deep", maxDepth), Hint: "flatten the file"}
	}
	if n.Kind == yaml.AliasNode {
		return w.alias(n, depth)
	}
	if known, ok := w.known[n]; ok {
		return known, nil
	}
	got := weight{nodes: 1, text: len(n.Value), steps: depth}
	if document.Tagged(n) {
		got.resets = 1
	}
	if n.Kind == yaml.MappingNode {
		got.keys = (len(n.Content) / 2) * (len(n.Content) / 2)
	}
	if n.Kind == yaml.ScalarNode {
		got.ports = portsOf(n.Value)
		if got.ports > w.ports {
			w.widest, w.ports = n, got.ports
		}
	}
	w.open[n] = true
	defer delete(w.open, n)
	for _, c := range n.Content {
		below, err := w.node(c, depth+1)
		if err != nil {
			return weight{}, err
		}
		got.add(below)
	}
	w.known[n] = got
	return got, nil
}

func (w *weigher) alias(n *yaml.Node, depth int) (weight, *Error) {
	if w.open[n.Alias] {
		return weight{}, &Error{Node: n, Msg: fmt.Sprintf("cycle detected: *%s is within what it stands for", n.Value), Hint: "take the alias out"}
	}
	if w.aliases[n.Alias]++; w.aliases[n.Alias] > maxSameAlias {
		return weight{}, &Error{Node: n, Msg: fmt.Sprintf("excessive aliasing: more than %d times *%s", maxSameAlias, n.Value), Hint: "write fewer, or several files"}
	}
	got, err := w.node(n.Alias, depth+1)
	if got.nodes > w.most {
		w.heaviest, w.most = n, got.nodes
	}
	return got, err
}

// extends adds what services take over from each other within the document.
func (w *weigher) extends(root *yaml.Node) *Error {
	_, services := document.Child(root, "services")
	base := map[string]string{}
	own := map[string]*yaml.Node{}
	read := 0
	all := document.Values(services)
	for i, name := range document.Keys(services) {
		service := all[i]
		own[name] = service
		if _, e := document.Child(service, "extends"); e != nil {
			base[name] = Extended(e)
			if _, file := document.Child(e, "file"); file != nil {
				read += w.largest
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
			w.total.add(w.known[document.Deref(own[on])])
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
