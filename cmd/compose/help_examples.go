package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/compose-orchestrator/compose/internal/terminal"
)

// example is a call of a command: what it does, and its words behind the program's name.
type example struct{ does, words string }

// examples are those of commands, by their names below the root.
var examples = map[string][]example{
	"": {
		{"Start everything in the background", "up -d"},
		{"What runs, and where to find it", "ps"},
		{"Remove all but the volumes", "down"},
	},
	"alpha":          {{"Draw what depends on what", "alpha viz"}},
	"alpha generate": {{"A Compose file for a container that exists", "alpha generate old-db"}},
	"alpha viz":      {{"A graph with networks and ports", "alpha viz --networks --ports"}},
	"apply": {
		{"Carry out what plan -o plan.json showed", "apply plan.json"},
		{"Where it no longer holds: see the plan that does, and be asked", "apply --replan plan.json"},
	},
	"attach": {{"Type to a service's program", "attach web"}},
	"build": {
		{"Build what has changed of all services", "build"},
		{"Build one from scratch, with newer base images", "build --no-cache --pull web"},
	},
	"commit":     {{"Keep a container's files as an image", "commit web web:debug"}},
	"completion": {{"For this bash", "completion bash"}},
	"config": {
		{"The file as it is understood", "config"},
		{"Check it and print nothing", "config -q"},
		{"What its variables are", "config --variables"},
	},
	"cp": {
		{"A file out of a container", "cp web:/etc/hosts ."},
		{"A folder into all of a service's", "cp ./conf web:/etc/conf"},
	},
	"create": {{"Create containers and do not start them", "create"}},
	"diff":   {{"What somebody changed by hand, too", "diff"}, {"In CI: exit with 2 where something differs", "diff --exit-code"}},
	"down": {
		{"Remove containers and networks", "down"},
		{"Remove the volumes as well: data is lost", "down -v"},
	},
	"events": {
		{"What happens, as it happens", "events"},
		{"The last ten minutes of a service, as JSON", "events --json --since 10m --until 0s web"},
	},
	"exec": {
		{"A shell in a container that runs", "exec web sh"},
		{"As root, in the second replica", "exec -u root --index 2 web id"},
	},
	"explain": {{"Why a service does not run", "explain web"}},
	"export":  {{"A container's files as an archive", "export -o web.tar web"}},
	"history": {
		{"Who changed what, and when", "history"},
		{"For a script", "history --format json"},
	},
	"history show":  {{"The Compose file as it was", "history show --file @3"}},
	"history prune": {{"Keep the last five", "history prune --keep 5"}},
	"images":        {{"Which images the containers use", "images"}},
	"kill":          {{"Have a service read its configuration again", "kill -s HUP web"}},
	"logs": {
		{"Follow all, from the last 100 lines on", "logs -f -n 100"},
		{"Failures since the last start", "logs --since-up --level error"},
		{"Lines of a service that match", "logs --grep 'timeout|refused' web"},
	},
	"ls":    {{"All projects, those too that are stopped", "ls -a"}},
	"pause": {{"Freeze a service", "pause web"}},
	"plan": {
		{"What up would change", "plan"},
		{"In a script: as JSON", "plan --format json"},
		{"To be carried out later, as it was shown", "plan -o plan.json"},
	},
	"port": {{"Where port 80 of a service is found", "port web 80"}},
	"ps": {
		{"What runs", "ps"},
		{"All containers, with restarts", "ps -a --details"},
		{"For a script", "ps --format json"},
	},
	"publish": {{"Put the project into a registry", "publish registry.example/app:1.0"}},
	"pull":    {{"Pull the images of all services", "pull"}},
	"push":    {{"Push what was built", "push"}},
	"restart": {{"Restart a service", "restart web"}},
	"rm":      {{"Remove a service's containers, also running ones", "rm -s -f web"}},
	"rollback": {
		{"The last deployment that ended well before this one", "rollback"},
		{"What going back to @5 would change", "rollback --dry-run @5"},
	},
	"run": {
		{"A one-off, removed when it ends", "run --rm web sh"},
		{"With a port and a variable", "run --rm -p 8080:80 -e DEBUG=1 web"},
	},
	"scale":   {{"Three replicas of a service", "scale web=3"}},
	"start":   {{"Start what was stopped", "start"}},
	"stats":   {{"Who uses the most memory", "stats --sort memory"}},
	"stop":    {{"Stop all, and keep the containers", "stop"}, {"Give one a minute to end", "stop -t 60 db"}},
	"top":     {{"The processes of a service", "top web"}},
	"unpause": {{"Let a service go on", "unpause web"}},
	"up": {
		{"Start everything and show what it prints", "up"},
		{"Build what changed, start in the background, wait", "up -d --build --wait"},
		{"Follow changes of files", "up --watch"},
		{"Tests: stop all when they end, with their exit code", "up --exit-code-from tests"},
	},
	"version": {{"The version alone, for scripts", "version --short"}},
	"volumes": {{"The project's volumes", "volumes"}},
	"wait":    {{"Until a service has ended", "wait migrate"}},
	"watch":   {{"Follow changes of files", "watch"}, {"Of one service that runs already", "watch --no-up web"}},
}

// exampleKey is a command's name below the root.
func exampleKey(cmd *cobra.Command) string {
	return strings.TrimSpace(strings.TrimPrefix(cmd.CommandPath(), cmd.Root().CommandPath()))
}

// setExamples gives a command and those below it their examples, for the reference.
func setExamples(cmd *cobra.Command) {
	p := &helpPage{}
	p.examples(cmd.Root().CommandPath(), examples[exampleKey(cmd)])
	cmd.Example = strings.TrimSuffix(p.b.String(), "\n")
	for _, sub := range cmd.Commands() {
		setExamples(sub)
	}
}

// examples lists calls of the program, each below what it does.
func (p *helpPage) examples(program string, list []example) {
	for _, e := range list {
		for _, line := range terminal.Broken("  # "+e.does, p.cols, 4) {
			if !strings.HasPrefix(line, "  #") {
				line = "  # " + strings.TrimSpace(line)
			}
			p.line(line)
		}
		p.command("  "+program+" "+e.words, 4)
	}
}
