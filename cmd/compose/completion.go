package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/compose-orchestrator/compose/hint"
	"github.com/compose-orchestrator/compose/internal/terminal"
)

// completionPatience bounds what a press of the TAB key may take: the names
// that come late are not offered.
var completionPatience = time.Second

// completionCommand prints a shell's script.
func (a *app) completionCommand() *cobra.Command {
	cmd := a.command("completion SHELL", "Print the script that completes commands in a shell", func(cmd *cobra.Command, args []string) error {
		root := cmd.Root()
		if len(args) != 1 {
			return hint.New("completion takes the name of a shell", "the shells are "+strings.Join(shells, ", "))
		}
		switch args[0] {
		case "bash":
			return bashCompletion(root, a.stdout)
		case "zsh":
			return root.GenZshCompletion(a.stdout)
		case "fish":
			return root.GenFishCompletion(a.stdout, true)
		case "powershell":
			return root.GenPowerShellCompletionWithDesc(a.stdout)
		}
		return hint.New(fmt.Sprintf("unknown shell %q", args[0]), "the shells are "+strings.Join(shells, ", "))
	})
	cmd.Long = completionHelp
	cmd.ValidArgs = shells
	return cmd
}

var shells = []string{"bash", "zsh", "fish", "powershell"}

const completionHelp = `Print the script that completes commands in a shell.

bash reads it from ~/.bashrc, or finds it by its name where the package
bash-completion is:
    source <(compose completion bash)
    compose completion bash > /etc/bash_completion.d/compose
zsh finds it by its name as well:
    compose completion zsh > "${fpath[1]}/_compose"
fish does so as well:
    compose completion fish > ~/.config/fish/completions/compose.fish
PowerShell reads it from the profile:
    compose completion powershell | Out-String | Invoke-Expression

Called as docker-compose it prints the script for that name. As docker's plugin
it takes part in docker's own completion, which "docker completion" prints.`

// request is what the shell asks to complete.
type request struct {
	cmd  *cobra.Command
	args []string // the words before the cursor's
	word string   // at the cursor, as far as it is written
}

// completer offers values, with "\t" and a description where it has one.
type completer func(ctx context.Context, a *app, r request) ([]string, cobra.ShellCompDirective)

// setUpCompletion gives a command, and those below it, the completers of their
// arguments and flags.
func (a *app) setUpCompletion(cmd *cobra.Command) {
	if cmd.ValidArgsFunction == nil && cmd.ValidArgs == nil && cmd.Runnable() && cmd.HasParent() {
		cmd.ValidArgsFunction = a.answer(argumentCompleter(cmd))
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.NoOptDefVal == "" { // it takes a value
			_ = cmd.RegisterFlagCompletionFunc(f.Name, a.answer(flagCompleter(cmd, f)))
		}
	})
	for _, sub := range cmd.Commands() {
		a.setUpCompletion(sub)
	}
}

// answer makes cobra's function of a completer: bounded in time, and silent
// whatever is wrong. There is nobody to tell.
func (a *app) answer(complete completer) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		ctx, cancel := context.WithTimeout(cmd.Context(), completionPatience)
		defer cancel()
		a.completing = true
		a.stderr = terminal.OutputOf(io.Discard)
		a.setUpConfig()
		offers, directive := complete(ctx, a, request{cmd, args, word})
		return slices.DeleteFunc(offers, untypable), directive
	}
}

// untypable tells of an offer that nobody could type, that a shell might print as it
// is, or that would be more than a word in a command line: bash puts what is offered
// there without quotes, "$(rm x)" and "--force" too.
func untypable(offer string) bool {
	word, description, _ := strings.Cut(offer, "\t")
	return terminal.Clean(word) != word || terminal.Clean(description) != description ||
		strings.HasPrefix(word, "-") || strings.ContainsFunc(word, active)
}

// active tells of characters that mean something to a shell.
func active(r rune) bool {
	return r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-/:=@+,", r)
}

// argumentCompleter reads from a command's usage line what its arguments are.
func argumentCompleter(cmd *cobra.Command) completer {
	switch _, usage, _ := strings.Cut(cmd.Use, " "); {
	case strings.Contains(usage, "[@N]"):
		return then(deploymentNumbers, nothing)
	case strings.Contains(usage, "SERVICE="):
		return eachOnce(endingIn("=", services))
	case strings.Contains(usage, "SERVICE:"):
		return endingIn(":", services)
	case strings.Contains(usage, "SERVICE PRIVATE_PORT"):
		return then(services, ports)
	case strings.HasSuffix(usage, " FILE"):
		return then(files, nothing)
	case strings.Contains(usage, "[SERVICE...]"), strings.Contains(usage, "[SERVICES]"):
		return eachOnce(services)
	case strings.Contains(usage, "SERVICE"):
		// What follows is a command or a path in a container, or an image's name: this
		// machine's files are none of those.
		return then(services, nothing)
	}
	return nothing
}

// flagCompleter is that of a flag: by command and name, or made of the values
// that its usage names, or by name alone.
func flagCompleter(cmd *cobra.Command, f *pflag.Flag) completer {
	if c, ok := flagCompleters[cmd.Name()+" "+f.Name]; ok {
		return c
	}
	if list := usageValues.FindString(f.Usage); list != "" {
		return oneOf(strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(`"|(`, r) })...)
	}
	if c, ok := flagCompleters[f.Name]; ok {
		return c
	}
	return nothing
}

// usageValues matches the values in `Format the output ("yaml"|"json")`.
var usageValues = regexp.MustCompile(`\("[a-z]+"(\|"[a-z]+")+`)

// flagCompleters are those of flags whose values are known, by "command flag" or
// "flag".
var flagCompleters = map[string]completer{
	"attach":            services,
	"cap-add":           oneOf(capabilities...),
	"cap-drop":          oneOf(capabilities...),
	"config":            folders,
	"config hash":       services,
	"env-file":          files,
	"env-from-file":     files,
	"exit-code-from":    services,
	"file":              composeFiles,
	"format":            oneOf("table", "json"),
	"index":             replicaNumbers,
	"ls filter":         oneOf("name="),
	"no-attach":         services,
	"output":            files,
	"profile":           profiles,
	"project-dir":       folders,
	"project-directory": folders,
	"project-name":      projects,
	"ps filter":         oneOf("status=running", "status=exited", "status=paused", "status=restarting", "status=created", "status=dead"),
	"rmi":               oneOf("local", "all"),
	"scale":             endingIn("=", services),
	"signal":            oneOf("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGKILL", "SIGSTOP", "SIGCONT", "SIGWINCH"),
	"status":            oneOf("running", "exited", "paused", "restarting", "removing", "created", "dead"),
	"tail":              oneOf("all", "10", "100", "1000"),
	"tlscacert":         files,
	"tlscert":           files,
	"tlskey":            files,
	"volume":            files,
}

// capabilities are those that services are given or denied most.
var capabilities = []string{
	"ALL", "CHOWN", "DAC_OVERRIDE", "FOWNER", "IPC_LOCK", "KILL", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW",
	"SETGID", "SETUID", "SYS_ADMIN", "SYS_NICE", "SYS_PTRACE", "SYS_RESOURCE", "SYS_TIME",
}
