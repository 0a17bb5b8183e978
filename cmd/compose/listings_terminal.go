package main

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/render"
	"github.com/compose-orchestrator/compose/internal/terminal"
	"github.com/compose-orchestrator/compose/session"
)

// forPeople tells whether a listing goes to a terminal, and nobody asked for a format.
func (a *app) forPeople(cmd *cobra.Command) bool {
	return render.IsTerminal(a.stdout) && !cmd.Flags().Changed("format")
}

// showTable prints a table that fits the terminal.
func (a *app) showTable(t render.Fitted) error {
	cols, _, _ := render.Size(a.stdout)
	return a.stdout.Show(t.Lines(render.FitTo{Cols: cols}, a.style())...)
}

// style is how results may be written to standard output.
func (a *app) style() render.Style {
	return render.StyleOf(a.stdout, a.look())
}

// showProjects is ls on a terminal: what runs first, and files below the user's folder.
func (a *app) showProjects(projects []session.ListedProject) error {
	t := render.Fitted{Columns: []render.FittedColumn{{Title: "NAME"}, {Title: "STATUS"}, {Title: "FILE", Cut: render.CutStart}}}
	style := a.style()
	for _, p := range projects {
		first, others, _ := strings.Cut(p.ConfigFiles, ",")
		file := a.belowHome(first)
		if others != "" {
			file += fmt.Sprintf(" +%d", strings.Count(others, ",")+1)
		}
		t.Rows = append(t.Rows, append(render.Cells(p.Name), stateCell(p.Counts, style), render.Cell{terminal.Value(file)}))
	}
	return a.showTable(t)
}

// stateCell counts containers by their states: "2 running, 1 exited".
func stateCell(counts map[string]int, style render.Style) render.Cell {
	var states []string
	for state := range counts {
		states = append(states, state)
	}
	slices.Sort(states)
	if at := slices.Index(states, "running"); at > 0 { // it goes before the others
		states = slices.Insert(slices.Delete(states, at, at+1), 0, "running")
	}
	var cell render.Cell
	for _, state := range states {
		cell = append(cell, style.State(state, "", fmt.Sprintf("%d %s", counts[state], state)))
	}
	return cell
}

// belowHome is a path with ~ for the user's folder.
func (a *app) belowHome(path string) string {
	home := a.getenv("HOME")
	if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(home, string(filepath.Separator))+string(filepath.Separator)); ok && home != "" {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}

// showImages is images on a terminal: each image once, with the services that use it.
func (a *app) showImages(images []session.UsedImage) error {
	t := render.Fitted{Columns: []render.FittedColumn{
		{Title: "IMAGE", Cut: render.CutStart, Keep: 40}, {Title: "SIZE", Right: true}, {Title: "CREATED", Rank: 1},
		{Title: "PLATFORM", Rank: 3}, {Title: "IMAGE ID", Rank: 2}, {Title: "USED BY"},
	}}
	key := func(i session.UsedImage) [3]string { return [3]string{i.Repository, i.Tag, i.ID} }
	users := map[[3]string][]string{}
	var each []session.UsedImage
	for _, i := range images {
		if users[key(i)] == nil {
			each = append(each, i)
		}
		users[key(i)] = append(users[key(i)], i.Service)
	}
	slices.SortStableFunc(each, func(a, b session.UsedImage) int {
		return cmp.Or(cmp.Compare(a.Repository, b.Repository), cmp.Compare(a.Tag, b.Tag))
	})
	for _, i := range each {
		name := "<none>"
		if i.Repository != "" {
			name = i.Repository + ":" + cmp.Or(i.Tag, "<none>")
		}
		row := render.Cells(name, imageSize(i), session.BriefTime(imageAge(i)), i.Platform, shortImageID(i))
		t.Rows = append(t.Rows, append(row, countedCell(users[key(i)])))
	}
	return a.showTable(t)
}

// showVolumes is volumes on a terminal: with the services whose containers mount them.
func (a *app) showVolumes(ctx context.Context, s *session.Session, volumes []session.ListedVolume) error {
	containers, err := s.List(ctx)
	if err != nil {
		return err
	}
	t := render.Fitted{Columns: []render.FittedColumn{{Title: "VOLUME NAME", Cut: render.CutStart, Keep: 40}, {Title: "DRIVER", Rank: 1}, {Title: "USED BY"}}}
	for _, v := range volumes {
		var users []string
		for _, c := range containers {
			if c.Uses(v.Name) {
				users = append(users, c.Service)
			}
		}
		used := countedCell(users)
		if len(used) == 0 {
			used = render.Cell{a.style().Dim("no container")}
		}
		t.Rows = append(t.Rows, append(render.Cells(v.Name, v.Driver), used))
	}
	return a.showTable(t)
}

// countedCell has each name once, with how often it came: "web ×3, worker".
func countedCell(names []string) render.Cell {
	counts := map[string]int{}
	for _, name := range names {
		counts[name]++
	}
	var cell render.Cell
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		text := name
		if n := counts[name]; n > 1 {
			text += fmt.Sprintf(" ×%d", n)
		}
		cell = append(cell, terminal.Value(text))
	}
	return cell
}
