package main

import (
	"context"
	"strings"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
)

// removeProject removes what carries the project's label.
func removeProject(ctx context.Context, c *client.Client, project string) error {
	mine := ofProject(project)
	containers, err := c.ContainerList(ctx, container.ListOptions{All: true, Filters: mine})
	if err != nil {
		return err
	}
	if err := removeContainers(ctx, c, containers); err != nil {
		return err
	}
	networks, err := c.NetworkList(ctx, network.ListOptions{Filters: mine})
	if err != nil {
		return err
	}
	for _, n := range networks {
		if err := c.NetworkRemove(ctx, n.ID); err != nil {
			return err
		}
	}
	volumes, err := c.VolumeList(ctx, volume.ListOptions{Filters: mine})
	if err != nil {
		return err
	}
	for _, v := range volumes.Volumes {
		if err := c.VolumeRemove(ctx, v.Name, true); err != nil {
			return err
		}
	}
	if err := removeKept(ctx, c, project); err != nil {
		return err
	}
	images, err := c.ImageList(ctx, image.ListOptions{Filters: mine})
	for err != nil && strings.Contains(err.Error(), "image not known") { // Podman, while another script removes its own
		images, err = c.ImageList(ctx, image.ListOptions{Filters: mine})
	}
	if err != nil {
		return err
	}
	for _, i := range images {
		if _, err := c.ImageRemove(ctx, i.ID, image.RemoveOptions{Force: true, PruneChildren: true}); err != nil {
			return err
		}
	}
	return nil
}

// removeKept removes the tags that keep images for a rollback.
func removeKept(ctx context.Context, c *client.Client, project string) error {
	kept, err := c.ImageList(ctx, image.ListOptions{Filters: filters.NewArgs(filters.Arg("reference", "compose-kept:"+project+".*"))})
	if err != nil {
		return err
	}
	for _, i := range kept {
		for _, tag := range i.RepoTags {
			if !strings.HasPrefix(tag, "compose-kept:"+project+".") {
				continue
			}
			if _, err := c.ImageRemove(ctx, tag, image.RemoveOptions{PruneChildren: true}); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeContainers removes containers; those that others of them depend on, which
// Podman refuses, after these.
func removeContainers(ctx context.Context, c *client.Client, all []container.Summary) error {
	var again []container.Summary
	for _, f := range all {
		err := c.ContainerRemove(ctx, f.ID, container.RemoveOptions{Force: true, RemoveVolumes: true})
		if err != nil && strings.Contains(err.Error(), "has dependent containers") && len(all) > 1 {
			again = append(again, f)
		} else if err != nil {
			return err
		}
	}
	if len(again) == 0 || len(again) == len(all) {
		return nil // the networks tell whose containers are left
	}
	return removeContainers(ctx, c, again)
}
