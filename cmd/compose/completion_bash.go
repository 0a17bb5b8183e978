package main

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// bashCompletion prints cobra's script for bash with two functions of the package
// bash-completion replaced, so that it works without the package.
func bashCompletion(root *cobra.Command, w io.Writer) error {
	var script bytes.Buffer
	if err := root.GenBashCompletionV2(&script, true); err != nil {
		return err
	}
	prefix := "__" + root.Name()
	_, err := io.WriteString(w, strings.NewReplacer(
		`_get_comp_words_by_ref "$@" cur prev words cword`, prefix+"_split_words",
		"_filedir", prefix+"_files",
	).Replace(script.String())+strings.ReplaceAll(bashWithoutPackage, "NAME", prefix))
	return err
}

// bashWithoutPackage does what _get_comp_words_by_ref and _filedir do. Words are
// split at blanks alone: cobra joins them again, so that quotes need no care, and
// bash's own words break at "=" and ":".
const bashWithoutPackage = `
NAME_split_words() {
    local line=${COMP_LINE:0:COMP_POINT}
    read -ra words <<<"$line"
    [[ $line == *[[:blank:]] ]] && words+=("")
    cword=$((${#words[@]} - 1))
    cur=${words[cword]}
}

# NAME_files [-d | "SUFFIX|..."]: folders, and files with one of the suffixes, or all files
NAME_files() {
    if declare -F _filedir >/dev/null; then
        _filedir "$@"
        return
    fi
    [[ $(type -t compopt) == builtin ]] && compopt -o filenames
    local path
    while IFS='' read -r path; do
        if [[ -d $path || -z ${1-} || "|$1" == *"|${path##*.}|"* ]]; then
            COMPREPLY+=("$path")
        fi
    done < <(compgen -f -- "$cur")
}
`
