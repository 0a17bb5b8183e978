package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/events"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
	"github.com/docker/docker/pkg/jsonmessage"
	"github.com/docker/docker/pkg/stdcopy"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/compose-orchestrator/compose/engine/enginetest"
	"github.com/compose-orchestrator/compose/project"
)

// patience is how long a script waits for what does not come.
const patience = time.Minute

// scriptCommands look at the engine from outside, and disturb it.
var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"engine":      showEngine,
	"image":       showImage,
	"container":   showContainer,
	"await":       awaitState,
	"await-log":   awaitLog,
	"await-file":  awaitFile,
	"await-event": awaitEvent,
	"await-call":  awaitCall,
	"docker":      disturb,
	"by-hand":     changeByHand,
	"fault":       addFault,
	"calls":       countCalls,
	"count":       countReal,
	"podman":      imitatePodman,
	"artifact":    publishArtifact,
	"schema":      matchSchema,
}

func engineClient(ts *testscript.TestScript) (*client.Client, filters.Args) {
	return ts.Value(clientKey{}).(*client.Client), ofProject(ts.Getenv("PROJECT"))
}

func ofProject(name string) filters.Args {
	return filters.NewArgs(filters.Arg("label", "com.docker.compose.project="+name))
}

// showEngine is "engine": what the engine has of the project, a line each,
// sorted. The project's name is written PROJECT.
//
//	container PROJECT-web-1 running
//	network PROJECT_default
//	volume PROJECT_data
func showEngine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: engine")
	}
	c, mine := engineClient(ts)
	ctx := context.Background()
	containers, err := c.ContainerList(ctx, container.ListOptions{All: true, Filters: mine})
	ts.Check(err)
	networks, err := c.NetworkList(ctx, network.ListOptions{Filters: mine})
	ts.Check(err)
	volumes, err := c.VolumeList(ctx, volume.ListOptions{Filters: mine})
	ts.Check(err)

	var lines []string
	for _, c := range containers {
		lines = append(lines, fmt.Sprintf("container %s %s", strings.TrimPrefix(c.Names[0], "/"), c.State))
	}
	for _, n := range networks {
		lines = append(lines, "network "+n.Name)
	}
	for _, v := range volumes.Volumes {
		lines = append(lines, "volume "+v.Name)
	}
	slices.Sort(lines)
	out := ts.Stdout() // asked for even if there is nothing to print: the output of before goes
	for _, line := range lines {
		fmt.Fprintln(out, strings.ReplaceAll(line, ts.Getenv("PROJECT"), "PROJECT"))
	}
}

// showImage is "image REF TEMPLATE": what the engine says of an image, through
// a template.
func showImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: image REF TEMPLATE")
	}
	c, _ := engineClient(ts)
	found, err := c.ImageInspect(context.Background(), args[0])
	ts.Check(err)
	t, err := template.New("").Parse(args[1] + "\n")
	ts.Check(err)
	ts.Check(t.Execute(ts.Stdout(), found))
}

// containersOf are a service's containers, by number.
func containersOf(ctx context.Context, c *client.Client, mine filters.Args, service string) ([]container.Summary, error) {
	all, err := c.ContainerList(ctx, container.ListOptions{All: true, Filters: mine})
	all = slices.DeleteFunc(all, func(c container.Summary) bool { return c.Labels["com.docker.compose.service"] != service })
	slices.SortFunc(all, func(a, b container.Summary) int {
		const number = "com.docker.compose.container-number"
		x, _ := strconv.Atoi(a.Labels[number])
		y, _ := strconv.Atoi(b.Labels[number])
		return cmp.Compare(x, y)
	})
	return all, err
}

// awaitState is "await SERVICE STATE": waits until all containers of the service
// are in the state, there being one at least; "healthy" is a state too.
func awaitState(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await SERVICE STATE")
	}
	service, state := args[0], args[1]
	c, mine := engineClient(ts)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// Since then, for the engine answers before it listens.
	since := strconv.FormatInt(time.Now().Unix(), 10)
	listen := func() (<-chan events.Message, <-chan error) {
		return c.Events(ctx, events.ListOptions{Filters: mine, Since: since})
	}
	happened, failed := listen()
	for {
		found, err := containersOf(ctx, c, mine, service)
		ts.Check(err)
		if len(found) > 0 && !slices.ContainsFunc(found, func(c container.Summary) bool {
			return c.State != state && !strings.Contains(c.Status, "("+state+")")
		}) {
			return
		}
		select {
		case <-happened:
		case <-time.After(200 * time.Millisecond): // old engines tell of an end before their lists have it
		case err := <-failed:
			if !errors.Is(err, io.EOF) { // Podman ends a stream where its log begins anew
				ts.Fatalf("%s did not get %s: %v", service, state, err)
			}
			happened, failed = listen()
		}
	}
}

// awaitLog is "await-log SERVICE REGEXP": waits until the service's first
// container has printed a line that matches, in this run of it.
func awaitLog(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await-log SERVICE REGEXP")
	}
	want, err := regexp.Compile(args[1])
	ts.Check(err)
	c, mine := engineClient(ts)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	awaitState(ts, false, []string{args[0], "running"})
	found, err := containersOf(ctx, c, mine, args[0])
	ts.Check(err)
	run, err := c.ContainerInspect(ctx, found[0].ID)
	ts.Check(err)
	stream, err := c.ContainerLogs(ctx, found[0].ID, container.LogsOptions{
		ShowStdout: true, ShowStderr: true, Follow: true, Tail: "all", Since: endOfLastRun(run.State)})
	ts.Check(err)
	defer stream.Close()
	r, w := io.Pipe()
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, err := stdcopy.StdCopy(w, w, stream)
		w.CloseWithError(err)
	}()
	defer func() { r.Close(); stream.Close(); <-copied }()
	lines := bufio.NewScanner(r)
	var printed []string
	for lines.Scan() {
		if want.MatchString(lines.Text()) {
			return
		}
		printed = append(printed, lines.Text())
	}
	ts.Fatalf("%s did not print %q but %q (%v)", args[0], args[1], printed, lines.Err())
}

// endOfLastRun is since when lines are those of this run: a program may print before
// the engine says that it started. "": since ever.
func endOfLastRun(s *container.State) string {
	if strings.HasPrefix(s.FinishedAt, "0001-") {
		return ""
	}
	return s.FinishedAt
}

// awaitFile is "await-file FILE REGEXP": waits for a line of a file, such as what
// a program in the background prints to it.
func awaitFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await-file FILE REGEXP")
	}
	want, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	var got []byte
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if got, _ = os.ReadFile(ts.MkAbs(args[0])); want.Match(got) {
			return
		}
	}
	ts.Fatalf("%s has no %q:\n%s", args[0], args[1], got)
}

// awaitEvent is "await-event SERVICE ACTION N": waits until the action has
// happened N times to the service's containers.
func awaitEvent(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: await-event SERVICE ACTION N")
	}
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	c, mine := engineClient(ts)
	mine.Add("label", "com.docker.compose.service="+args[0])
	mine.Add("event", args[1])
	if theirs := map[string]string{"die": "died", "destroy": "remove", "exec_die": "exec_died"}[args[1]]; theirs != "" {
		mine.Add("event", theirs) // Podman's name of it
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	happened, failed := c.Events(ctx, events.ListOptions{Filters: mine, Since: "1"})
	for n > 0 {
		select {
		case e := <-happened:
			// Podman takes one of several labels for all.
			if e.Actor.Attributes[project.LabelProject] == ts.Getenv("PROJECT") && e.Actor.Attributes[project.LabelService] == args[0] {
				n--
			}
		case err := <-failed:
			ts.Fatalf("%s of %s did not happen: %v", args[1], args[0], err)
		}
	}
}

// disturb is "docker VERB SERVICE [NUMBER]": does something to the service's
// containers, or to one of them, behind compose's back.
func disturb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: docker start|stop|pause|kill|remove SERVICE [NUMBER], docker remove-network NETWORK")
	}
	c, mine := engineClient(ts)
	if len(args) > 2 {
		mine.Add("label", "com.docker.compose.container-number="+args[2])
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if args[0] == "remove-network" {
		networks, err := c.NetworkList(ctx, network.ListOptions{Filters: mine})
		ts.Check(err)
		for _, n := range networks {
			if n.Labels[project.LabelNetwork] == args[1] {
				ts.Check(c.NetworkRemove(ctx, n.ID))
			}
		}
		return
	}
	found, err := containersOf(ctx, c, mine, args[1])
	ts.Check(err)
	at := 0
	for _, f := range found {
		if len(args) > 2 && f.Labels["com.docker.compose.container-number"] != args[2] {
			continue
		}
		switch args[0] {
		case "start":
			ts.Check(c.ContainerStart(ctx, f.ID, container.StartOptions{}))
		case "stop":
			if f.State == container.StatePaused { // Podman stops none
				ts.Check(c.ContainerUnpause(ctx, f.ID))
			}
			ts.Check(c.ContainerStop(ctx, f.ID, container.StopOptions{Timeout: &at}))
		case "pause":
			ts.Check(pause(ctx, c, f.ID))
		case "kill":
			ts.Check(c.ContainerKill(ctx, f.ID, "KILL"))
		case "remove":
			ts.Check(c.ContainerRemove(ctx, f.ID, container.RemoveOptions{Force: true}))
		default:
			ts.Fatalf("unknown verb %q", args[0])
		}
	}
}

// pause pauses a container, once more where the kernel did not get to freeze it:
// on a busy machine runc gives up on that.
func pause(ctx context.Context, c *client.Client, id string) error {
	err := c.ContainerPause(ctx, id)
	if err != nil && strings.Contains(err.Error(), "unable to freeze") {
		return c.ContainerPause(ctx, id)
	}
	return err
}

// addFault is "fault METHOD PATTERN STATUS MESSAGE": the next request of an
// engine in memory that matches fails; "fault METHOD PATTERN drop" cuts every
// such connection without an answer.
func addFault(ts *testscript.TestScript, neg bool, args []string) {
	e, ok := ts.Value(engineKey{}).(*enginetest.Engine)
	if !ok {
		ts.Fatalf("faults are for engines in memory: begin the script with [real] skip")
	}
	if neg || len(args) < 3 {
		ts.Fatalf("usage: fault METHOD PATTERN STATUS MESSAGE | fault METHOD PATTERN drop")
	}
	route := enginetest.Route(args[0] + " " + args[1])
	if args[2] == "drop" {
		e.Fault(route, enginetest.Fault{DropConnection: true})
		return
	}
	status, err := strconv.Atoi(args[2])
	ts.Check(err)
	e.Fault(route, enginetest.Fault{Status: status, Message: strings.Join(args[3:], " "), Times: 1})
}

// pullMissing pulls an image that the engine does not have.
func pullMissing(ctx context.Context, c *client.Client, ref string) error {
	if _, err := c.ImageInspect(ctx, ref); err == nil {
		return nil
	}
	stream, err := c.ImagePull(ctx, ref, image.PullOptions{})
	if err != nil {
		return err
	}
	defer stream.Close()
	return jsonmessage.DisplayJSONMessagesStream(stream, io.Discard, 0, false, nil)
}

// showContainer is "container SERVICE TEMPLATE": what the engine says of each of a
// service's containers, through a template, by number.
func showContainer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: container SERVICE TEMPLATE")
	}
	t, err := template.New("").Parse(args[1])
	ts.Check(err)
	c, mine := engineClient(ts)
	found, err := containersOf(context.Background(), c, mine, args[0])
	ts.Check(err)
	out := ts.Stdout()
	for _, f := range found {
		inspected, err := c.ContainerInspect(context.Background(), f.ID)
		ts.Check(err)
		ts.Check(t.Execute(out, inspected))
		fmt.Fprintln(out)
	}
}
