package main

import (
	"context"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/go-units"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/compose-orchestrator/compose/project"
)

// changeByHand is "by-hand VERB NAME VALUE": what somebody changes behind compose's back,
// of a service's containers or, with "network", of the project's networks.
//
//	by-hand memory web 32m
//	by-hand restart web always
//	by-hand rename web other
//	by-hand connect web NETWORK, by-hand disconnect web NETWORK: one of the project's, by key
//	by-hand network KEY internal: an empty network with the project's labels
func changeByHand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: by-hand memory|restart|rename|connect|disconnect SERVICE VALUE, by-hand network KEY internal")
	}
	c, mine := engineClient(ts)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	verb, name, value := args[0], args[1], args[2]
	full := ts.Getenv("PROJECT") + "_" + value
	if verb == "network" {
		_, err := c.NetworkCreate(ctx, ts.Getenv("PROJECT")+"_"+name, network.CreateOptions{
			Internal: value == "internal",
			Labels:   map[string]string{project.LabelProject: ts.Getenv("PROJECT"), project.LabelNetwork: name},
		})
		ts.Check(err)
		return
	}
	found, err := containersOf(ctx, c, mine, name)
	ts.Check(err)
	for _, f := range found {
		var u container.UpdateConfig
		switch verb {
		case "memory":
			u.Memory, err = units.RAMInBytes(value)
			u.MemorySwap = 2 * u.Memory
		case "restart":
			u.RestartPolicy.Name = container.RestartPolicyMode(value)
		case "rename":
			err = c.ContainerRename(ctx, f.ID, strings.ReplaceAll(value, "PROJECT", ts.Getenv("PROJECT")))
		case "connect":
			err = c.NetworkConnect(ctx, full, f.ID, nil)
		case "disconnect":
			err = c.NetworkDisconnect(ctx, full, f.ID, true)
		default:
			ts.Fatalf("unknown verb %q", verb)
		}
		ts.Check(err)
		if verb == "memory" || verb == "restart" {
			_, err = c.ContainerUpdate(ctx, f.ID, u)
			ts.Check(err)
		}
	}
}
