package build

import (
	"context"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/versions"
	bkclient "github.com/moby/buildkit/client"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/util/entitlements"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/compose-orchestrator/compose/hint"
)

// hostGateway in extra_hosts stands for the engine's own address.
const hostGateway = "host-gateway"

// dockerfileFrontend is BuildKit's own reader of Dockerfiles.
const dockerfileFrontend = "dockerfile.v0"

// solveOpt is the job as BuildKit wants it.
func (k *buildkit) solveOpt(ctx context.Context, j job, w worker) (bkclient.SolveOpt, error) {
	attrs, err := frontendAttrs(j, w)
	if err != nil {
		return bkclient.SolveOpt{}, err
	}
	if err := k.knowsContexts(j); err != nil {
		return bkclient.SolveOpt{}, err
	}
	if k.external && j.usesProjectImage() {
		return bkclient.SolveOpt{}, hint.New("a builder outside of the engine does not see the image of another service",
			"build this service with the engine's own builder, or name an image that was pushed: docker-image://NAME")
	}
	mounts, err := localMounts(j)
	if err != nil {
		return bkclient.SolveOpt{}, err
	}
	for name, dir := range localFolders(j) {
		id, err := k.locals.session(ctx, dir)
		if err != nil {
			return bkclient.SolveOpt{}, err
		}
		if id != "" {
			attrs["local-sessionid:"+name] = id
		}
	}
	stores, err := ociStores(j)
	if err != nil {
		return bkclient.SolveOpt{}, err
	}
	attachables, err := attachables(j)
	if err != nil {
		return bkclient.SolveOpt{}, err
	}
	opt := bkclient.SolveOpt{
		Frontend:            dockerfileFrontend,
		FrontendAttrs:       attrs,
		LocalMounts:         mounts,
		OCIStores:           stores,
		SharedKey:           sharedKey(j.context.dir),
		Session:             append(attachables, k.auth),
		AllowedEntitlements: allowed(j),
		Exports:             []bkclient.ExportEntry{k.export(j)},
	}
	if opt.CacheImports, err = cacheEntries(j.cacheFrom, k.b.p.WorkingDir); err != nil {
		return opt, fmt.Errorf("build.cache_from: %w", err)
	}
	if opt.CacheExports, err = cacheEntries(j.cacheTo, k.b.p.WorkingDir); err != nil {
		return opt, fmt.Errorf("build.cache_to: %w", err)
	}
	if on, _ := strconv.ParseBool(j.args["BUILDKIT_INLINE_CACHE"]); on && len(opt.CacheExports) == 0 {
		opt.CacheExports = []bkclient.CacheOptionsEntry{{Type: "inline"}}
	}
	return opt, nil
}

// contextsSince is the API version of the first Docker, 23, whose BuildKit knows
// named contexts by itself. One before it ignores them.
const contextsSince = "1.42"

// newerSyntax is a line that has BuildKit fetch a newer reader of Dockerfiles.
const newerSyntax = "# syntax=docker/dockerfile:1"

// knowsContexts refuses named contexts where they would be ignored.
func (k *buildkit) knowsContexts(j job) error {
	if len(j.named) == 0 || k.external || !versions.LessThan(k.b.c.ClientVersion(), contextsSince) {
		return nil
	}
	if _, _, _, own := parser.DetectSyntax(j.file.content()); own {
		return nil
	}
	return hint.New("the engine's BuildKit does not know additional_contexts",
		`Docker 23 does; with an older one, begin the Dockerfile with "`+newerSyntax+`"`)
}

// frontendAttrs are the options of BuildKit's own Dockerfile frontend.
func frontendAttrs(j job, w worker) (map[string]string, error) {
	if len(j.platforms) > 1 && !w.multiPlatform {
		return nil, hint.New("Multi-platform build is not supported for the docker driver.",
			"turn the engine's containerd image store on, or build for one platform")
	}
	attrs := map[string]string{"filename": j.file.name}
	set := func(name, value string) {
		if value != "" {
			attrs[name] = value
		}
	}
	set("target", j.target)
	set("platform", strings.Join(j.platforms, ","))
	set("context", j.context.url)
	if j.context.url != "" && (j.file.dir != "" || j.file.data != nil) {
		attrs["dockerfilekey"] = localDockerfile // else it is looked for in the context
	}
	for name, value := range j.args {
		attrs["build-arg:"+name] = value
	}
	for name, value := range j.labels {
		attrs["label:"+name] = value
	}
	for _, c := range j.named {
		attrs["context:"+c.name] = c.spec
		if c.dir != "" {
			attrs["context:"+c.name] = "local:" + localName(c.dir)
		}
	}
	cacheAttrs(j, attrs)
	if j.shmSize > 0 {
		attrs["shm-size"] = strconv.FormatInt(j.shmSize, 10)
	}
	set("ulimit", ulimitAttr(j.ulimits))
	hosts, err := hostsAttr(j.hosts, w)
	if err != nil {
		return nil, err
	}
	set("add-hosts", hosts)
	network, err := networkAttr(j.network)
	if err != nil {
		return nil, err
	}
	set("force-network-mode", network)
	return attrs, attestAttrs(j, w, attrs)
}

// cacheAttrs say what earlier builds may be used for.
func cacheAttrs(j job, attrs map[string]string) {
	switch {
	case j.noCache:
		attrs["no-cache"] = ""
	case len(j.noCacheStages) > 0:
		attrs["no-cache"] = strings.Join(j.noCacheStages, ",")
	}
	if j.pull {
		attrs["image-resolve-mode"] = "pull"
	}
}

func ulimitAttr(list []ulimit) string {
	parts := make([]string, 0, len(list))
	for _, u := range list {
		parts = append(parts, fmt.Sprintf("%s=%d:%d", u.name, u.soft, u.hard))
	}
	return strings.Join(parts, ",")
}

func hostsAttr(list []string, w worker) (string, error) {
	parts := make([]string, 0, len(list))
	for _, h := range list {
		name, ip, _ := strings.Cut(h, "=")
		if ip == hostGateway {
			if w.hostGateway == "" {
				return "", fmt.Errorf("extra host %s: the engine does not tell the address of %s", name, hostGateway)
			}
			ip = w.hostGateway
		}
		parts = append(parts, name+"="+strings.Trim(ip, "[]"))
	}
	return strings.Join(parts, ","), nil
}

func networkAttr(network string) (string, error) {
	switch network {
	case "", "default":
		return "", nil
	case "host", "none":
		return network, nil
	default:
		return "", hint.New(fmt.Sprintf("network mode %q not supported by buildkit", network),
			"a build can use the networks default, host and none; DOCKER_BUILDKIT=0 builds without BuildKit, on any network")
	}
}

// allowed are the rights that a job asks for; the engine may refuse them.
func allowed(j job) []string {
	list := slices.Clone(j.entitlements)
	if j.privileged {
		list = append(list, string(entitlements.EntitlementSecurityInsecure))
	}
	if j.network == "host" {
		list = append(list, string(entitlements.EntitlementNetworkHost))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// cacheEntries reads "type=registry,ref=x" and bare references. Paths are seen
// from the project's folder.
func cacheEntries(specs []string, workingDir string) ([]bkclient.CacheOptionsEntry, error) {
	var list []bkclient.CacheOptionsEntry
	for _, spec := range specs {
		fields, err := csv.NewReader(strings.NewReader(spec)).Read()
		if err != nil {
			return nil, fmt.Errorf("reading %q: %w", spec, err)
		}
		if len(fields) == 1 && !strings.Contains(fields[0], "=") {
			list = append(list, bkclient.CacheOptionsEntry{Type: "registry", Attrs: map[string]string{"ref": spec}})
			continue
		}
		entry := bkclient.CacheOptionsEntry{Attrs: map[string]string{}}
		for _, field := range fields {
			key, value, ok := strings.Cut(field, "=")
			if !ok {
				return nil, fmt.Errorf("%q: %q is not KEY=VALUE", spec, field)
			}
			switch key = strings.ToLower(key); key {
			case "type":
				entry.Type = value
			case "src", "dest":
				entry.Attrs[key] = absolute(value, workingDir)
			default:
				entry.Attrs[key] = value
			}
		}
		if entry.Type == "" {
			return nil, hint.New(fmt.Sprintf("%q has no type", spec), "write type=registry,ref=NAME, type=local,src=PATH or type=inline")
		}
		if entry.Type == "local" && entry.Attrs["src"] != "" {
			if err := checkEnds(filepath.Join(entry.Attrs["src"], ocispecs.ImageIndexFile)); err != nil {
				return nil, err
			}
		}
		list = append(list, entry)
	}
	return list, nil
}
