package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// bareClient does the least that an engine can be asked for, without a client
// library: what is measured with it is the engine.
type bareClient struct{ http *http.Client }

// dialBare takes the value of DOCKER_HOST; "" is the default socket.
func dialBare(host string) *bareClient {
	if host == "" {
		host = "unix:///var/run/docker.sock"
	}
	network, address, _ := strings.Cut(host, "://")
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
	return &bareClient{&http.Client{Transport: &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 8}}}
}

// do sends and decodes JSON; out may be nil.
func (c *bareClient) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://engine"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= 300:
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, text)
	case out == nil:
		return nil
	}
	return json.Unmarshal(text, out)
}

type listed struct {
	ID string `json:"Id"`
}

func (c *bareClient) list(ctx context.Context, project string) (found []listed, err error) {
	filter := fmt.Sprintf(`{"label":["com.docker.compose.project=%s"]}`, project)
	err = c.do(ctx, http.MethodGet, "/containers/json?all=1&filters="+url.QueryEscape(filter), nil, &found)
	return found, err
}

// timeList measures the one list call that ps cannot do without.
func (c *bareClient) timeList(ctx context.Context, project string) (measured, error) {
	began := time.Now()
	_, err := c.list(ctx, project)
	return measured{wall: time.Since(began)}, err
}

// copied is a container's name and the request that would create its like.
type copied struct {
	name string
	body map[string]any
}

// copyContainers reads the project's containers as requests to create them.
func (c *bareClient) copyContainers(ctx context.Context, project string) ([]copied, error) {
	found, err := c.list(ctx, project)
	if err != nil {
		return nil, err
	}
	var copies []copied
	for _, f := range found {
		var is struct {
			Name               string
			Config, HostConfig map[string]any
			NetworkSettings    struct {
				Networks map[string]struct{ Aliases []string }
			}
		}
		if err := c.do(ctx, http.MethodGet, "/containers/"+f.ID+"/json", nil, &is); err != nil {
			return nil, err
		}
		delete(is.Config, "Hostname") // the engine made it of the id
		body := is.Config
		body["HostConfig"] = is.HostConfig
		body["NetworkingConfig"] = map[string]any{"EndpointsConfig": is.NetworkSettings.Networks}
		copies = append(copies, copied{name: strings.TrimPrefix(is.Name, "/"), body: body})
	}
	return copies, nil
}

// createAll makes the project's network, creates and starts the containers, 8 at
// a time, and tells how long that took.
func (c *bareClient) createAll(ctx context.Context, project string, copies []copied) (measured, error) {
	began := time.Now()
	err := c.do(ctx, http.MethodPost, "/networks/create", map[string]any{
		"Name":   project + "_default",
		"Driver": "bridge",
		"Labels": map[string]string{"com.docker.compose.project": project, "com.docker.compose.network": "default"},
	}, nil)
	if err != nil {
		return measured{}, err
	}
	work := make(chan copied, len(copies))
	for _, f := range copies {
		work <- f
	}
	close(work)
	errs := make([]error, 8)
	var workers sync.WaitGroup
	for i := range errs {
		workers.Go(func() {
			for f := range work {
				if err := c.createOne(ctx, f); err != nil {
					errs[i] = err
					return
				}
			}
		})
	}
	workers.Wait()
	return measured{wall: time.Since(began)}, errors.Join(errs...)
}

func (c *bareClient) createOne(ctx context.Context, f copied) error {
	var made listed
	if err := c.do(ctx, http.MethodPost, "/containers/create?name="+url.QueryEscape(f.name), f.body, &made); err != nil {
		return err
	}
	return c.do(ctx, http.MethodPost, "/containers/"+made.ID+"/start", nil, nil)
}
