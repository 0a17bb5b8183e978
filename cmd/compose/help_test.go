package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"
	"mvdan.cc/sh/v3/shell"
)

// eachCommand calls test for the commands that help shows, the root too.
func eachCommand(t *testing.T, test func(t *testing.T, cmd *cobra.Command)) {
	t.Helper()
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		t.Run(cmd.CommandPath(), func(t *testing.T) { test(t, cmd) })
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				walk(sub)
			}
		}
	}
	walk(new(app).root())
}

// TestHelpFits: at any width from 40 columns on no line of help is longer than the
// terminal, and none breaks inside a word.
func TestHelpFits(t *testing.T) {
	eachCommand(t, func(t *testing.T, cmd *cobra.Command) {
		whole := helpOf(cmd, 0)
		words := map[string]bool{}
		for word := range strings.FieldsSeq(whole) {
			for piece := range strings.SplitAfterSeq(word, "|") {
				words[piece] = true
			}
			words[word] = true
		}
		for cols := 40; cols <= 200; cols++ {
			got := helpOf(cmd, cols)
			for line := range strings.Lines(got) {
				line = strings.TrimSuffix(line, "\n")
				if w := runewidth.StringWidth(line); w > cols {
					t.Errorf("%d columns: a line of %d: %q", cols, w, line)
				}
				for word := range strings.FieldsSeq(line) {
					for piece := range strings.SplitAfterSeq(word, "|") {
						if !words[word] && !words[piece] && piece != `\` && piece != "" {
							t.Errorf("%d columns: %q is a piece of a word", cols, piece)
						}
					}
				}
			}
			if t.Failed() {
				return
			}
		}
	})
}

// TestHelpGroups: what a group names is a flag of its command, once.
func TestHelpGroups(t *testing.T) {
	root := new(app).root()
	known := map[string]bool{}
	for name, groups := range flagGroups {
		cmd, _, err := root.Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, g := range groups {
			for flag := range strings.FieldsSeq(g.flags) {
				if seen[flag] {
					t.Errorf("%s: --%s is in two groups", name, flag)
				}
				seen[flag] = true
				key := g.about + " " + flag
				known[key] = known[key] || cmd.Flags().Lookup(flag) != nil
			}
		}
	}
	for flag, is := range known {
		if !is {
			t.Errorf("no command has %s", flag)
		}
	}
}

// TestExamples: each command has an example, which it understands.
func TestExamples(t *testing.T) {
	var used []string
	eachCommand(t, func(t *testing.T, cmd *cobra.Command) {
		key := exampleKey(cmd)
		used = append(used, key)
		if len(examples[key]) == 0 {
			t.Error("it has no example")
		}
		for _, e := range examples[key] {
			words, err := shell.Fields(e.words, nil)
			if err != nil {
				t.Fatal(err)
			}
			root := new(app).root()
			found, rest, err := root.Traverse(words)
			if err != nil || !strings.HasPrefix(found.CommandPath()+" ", cmd.CommandPath()+" ") {
				t.Errorf("%s is about %s: %v", e.words, found.CommandPath(), err)
				continue
			}
			if err := found.ParseFlags(rest); err != nil {
				t.Errorf("%s: %v", e.words, err)
				continue
			}
			if err := found.ValidateArgs(found.Flags().Args()); err != nil {
				t.Errorf("%s: %v", e.words, err)
			}
		}
	})
	for key := range examples {
		if !slices.Contains(used, key) {
			t.Errorf("no command is called %q", key)
		}
	}
}
