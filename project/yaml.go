package project

import (
	"bytes"
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"

	"github.com/compose-orchestrator/compose/project/document"
)

// yamlOf writes v as Docker Compose 5.5 writes YAML: indented by two, lines
// broken at 80 characters; the keys of a project's services in the order of
// hashOrder, those of maps sorted.
func yamlOf(v any, lossy lossyFunc) ([]byte, error) {
	tree, err := treeOf(v)
	if err != nil {
		return nil, err
	}
	if _, ok := v.(*types.Project); ok {
		_, services := document.Child(tree, "services")
		for _, s := range document.Values(services) {
			orderKeys(s)
		}
	}
	restyle(tree, nil, lossy)
	return dump(tree)
}

func dump(tree *yaml.Node) ([]byte, error) {
	var b bytes.Buffer
	dumper, err := yaml.NewDumper(&b, yaml.V3, yaml.WithIndent(2), yaml.WithLineWidth(80))
	if err != nil {
		return nil, err
	}
	if err := dumper.Dump(tree); err != nil {
		return nil, err
	}
	err = dumper.Close() // which writes the rest
	return b.Bytes(), err
}

// treeOf is v as YAML nodes. The library makes them by way of a text, which
// reads back as another one where blocks begin with blank lines (see
// misread): line ends are hidden from it.
func treeOf(v any) (*yaml.Node, error) {
	used := map[rune]bool{}
	mapTexts(reflect.ValueOf(v), func(text string) string {
		for _, r := range text {
			used[r] = r >= '\ue000'
		}
		return text
	})
	hidden := '\ue000' // private use
	for used[hidden] {
		hidden++
	}
	lineless := mapTexts(reflect.ValueOf(v), func(text string) string {
		if !utf8.ValidString(text) {
			return text // becomes base64
		}
		return strings.ReplaceAll(text, "\n", string(hidden))
	})
	var tree yaml.Node
	if err := tree.Encode(lineless.Interface()); err != nil {
		return nil, err
	}
	restoreLines(&tree, string(hidden))
	return &tree, nil
}

func restoreLines(n *yaml.Node, hidden string) {
	if strings.Contains(n.Value, hidden) {
		n.Value = strings.ReplaceAll(n.Value, hidden, "\n")
		n.Style = yaml.LiteralStyle
		if !asBlock(n.Value) {
			n.Style = yaml.DoubleQuotedStyle
		}
	}
	for _, c := range n.Content {
		restoreLines(c, hidden)
	}
}

// asBlock tells whether the library tries to write a text of several lines as a
// block.
func asBlock(text string) bool { return strings.TrimSpace(text) != "" }

// mapTexts is a copy of v whose texts, keys too, are what change makes of them.
func mapTexts(v reflect.Value, change func(string) string) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		return reflect.ValueOf(change(v.String())).Convert(v.Type())
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		if v.IsNil() {
			return v
		}
	}
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		c.Set(reflect.New(v.Type().Elem()))
		c.Elem().Set(mapTexts(v.Elem(), change))
	case reflect.Interface:
		c.Set(mapTexts(v.Elem(), change))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				c.Field(i).Set(mapTexts(v.Field(i), change))
			}
		}
	case reflect.Slice:
		c.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			c.Index(i).Set(mapTexts(v.Index(i), change))
		}
	case reflect.Map:
		c.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for key, value := range v.Seq2() {
			c.SetMapIndex(mapTexts(key, change), mapTexts(value, change))
		}
	}
	return c
}

// lossyFunc sees a text that Docker Compose writes as a block that reads back as
// another one, and may give it another style.
type lossyFunc func(path []string, n *yaml.Node)

// readable puts such a text in quotes.
func readable(_ []string, n *yaml.Node) { n.Style = yaml.DoubleQuotedStyle }

// asCompose leaves it as Docker Compose writes it, and reports it.
func asCompose(report func(path string)) lossyFunc {
	return func(path []string, _ *yaml.Node) {
		if report != nil {
			report(strings.Join(path, "."))
		}
	}
}

// serviceRank is the place of a service's key in hashOrder.
var serviceRank = func() map[string]int {
	rank := make(map[string]int, len(hashOrder))
	for i, key := range hashOrder {
		rank[key] = i
	}
	return rank
}()

// orderKeys sorts a service's keys: those of hashOrder, others, extensions.
func orderKeys(service *yaml.Node) {
	rank := func(key string) int {
		if r, ok := serviceRank[key]; ok {
			return r
		}
		if strings.HasPrefix(key, "x-") {
			return len(serviceRank) + 1
		}
		return len(serviceRank)
	}
	pairs := slices.Collect(slices.Chunk(service.Content, 2))
	slices.SortStableFunc(pairs, func(a, b []*yaml.Node) int {
		return cmp.Compare(rank(a[0].Value), rank(b[0].Value))
	})
	service.Content = slices.Concat(pairs...)
}

// restyle gives texts the quotes that go.yaml.in/yaml/v4 v4.0.0-rc.6, which
// Docker Compose 5.5 has, gives them.
func restyle(n *yaml.Node, path []string, lossy lossyFunc) {
	switch {
	case n.Kind != yaml.ScalarNode:
	case n.Style == yaml.DoubleQuotedStyle && special11(n.Value):
		n.Style = yaml.SingleQuotedStyle
	case n.Style == yaml.LiteralStyle && misread(n.Value):
		lossy(path, n)
	}
	path = slices.Clip(path)
	for i, c := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			restyle(c, append(path, strconv.Itoa(i)), lossy)
		case n.Kind == yaml.MappingNode:
			restyle(c, append(path, n.Content[i-i%2].Value), lossy)
		default:
			restyle(c, path, lossy)
		}
	}
}

// sexagesimal is a number to the base of 60 in YAML 1.1.
var sexagesimal = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`)

// special11 tells whether YAML 1.1, but not 1.2, takes a plain text for something
// else than a text.
func special11(text string) bool {
	switch text {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF", "<<":
		return true
	}
	return sexagesimal.MatchString(text)
}

// misread tells whether the library writes a text as a block that reads back as
// another text, or not at all. Such a text begins with blanks.
func misread(text string) bool {
	if strings.TrimLeftFunc(text, unicode.IsSpace) == text {
		return false
	}
	out, err := dump(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.LiteralStyle, Value: text})
	if err != nil {
		return true
	}
	var back string
	return yaml.Unmarshal(out, &back) != nil || back != text
}
