package main

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCalledAs(t *testing.T) {
	plugin := []string{dockerCommand + "=docker"}
	for _, test := range []struct {
		argv    string
		environ []string
		name    string
		args    string
	}{
		{argv: "/usr/local/bin/compose up -d", name: "compose", args: "up -d"},
		{argv: `docker-compose.exe ps`, name: "docker-compose", args: "ps"},
		{argv: "/x/docker-compose compose ps", name: "docker-compose", args: "compose ps"},
		{argv: "/x/docker-compose compose -f a.yml up", environ: plugin, name: pluginName, args: "-f a.yml up"},
		{argv: "/x/docker-compose -c east -H=tcp://x --tls compose up", environ: plugin, name: pluginName, args: "-c east -H=tcp://x --tls up"},
		{argv: "/x/docker-compose --host compose compose up", environ: plugin, name: pluginName, args: "--host compose up"},
		{argv: "/x/docker-compose help compose up", environ: plugin, name: pluginName, args: "help up"},
		{argv: "/x/docker-compose __complete -D compose u", environ: plugin, name: pluginName, args: "__complete -D u"},
		{argv: "/x/docker-compose compose", environ: plugin, name: pluginName},
		// A docker-compose that a plugin runs is no plugin.
		{argv: "docker-compose up compose", environ: plugin, name: "docker-compose", args: "up compose"},
		{argv: "docker-compose docker-cli-plugin-metadata", environ: plugin, name: "docker-compose", args: "docker-cli-plugin-metadata"},
		{argv: "docker-compose", environ: plugin, name: "docker-compose"},
	} {
		name, args := calledAs(strings.Fields(test.argv), test.environ)
		if name != test.name || !slices.Equal(args, strings.Fields(test.args)) {
			t.Errorf("%s: got %q %q, want %q %q", test.argv, name, args, test.name, test.args)
		}
	}
}

// TestPluginEndsWithDocker: docker closes its socket when it is asked to end.
func TestPluginEndsWithDocker(t *testing.T) {
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "docker.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	a := &app{name: pluginName, environ: []string{dockerSocket + "=" + listener.Addr().String()}}
	ctx, stop := a.interruptible()
	defer stop()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	if !wasInterrupted(ctx) {
		t.Errorf("the cause is %v", context.Cause(ctx))
	}
	if a.force.Err() != nil {
		t.Error("docker's end counts as a second interrupt")
	}
}

// TestPluginOutlivedByDocker: the program's own end is no interrupt.
func TestPluginOutlivedByDocker(t *testing.T) {
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "docker.sock"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	a := &app{name: pluginName, environ: []string{dockerSocket + "=" + listener.Addr().String()}}
	ctx, stop := a.interruptible()
	stop()
	if errors.As(context.Cause(ctx), new(interrupted)) {
		t.Errorf("the cause is %v", context.Cause(ctx))
	}
}
