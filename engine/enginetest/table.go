package enginetest

// The operations that are served. Their text is what Calls and Fault use.
const (
	Ping     Route = "GET /_ping"
	PingHead Route = "HEAD /_ping"
	Version  Route = "GET /version"
	Info     Route = "GET /info"
	Events   Route = "GET /events"

	ContainerList    Route = "GET /containers/json"
	ContainerCreate  Route = "POST /containers/create"
	ContainerInspect Route = "GET /containers/{id}/json"
	ContainerStart   Route = "POST /containers/{id}/start"
	ContainerStop    Route = "POST /containers/{id}/stop"
	ContainerRestart Route = "POST /containers/{id}/restart"
	ContainerKill    Route = "POST /containers/{id}/kill"
	ContainerPause   Route = "POST /containers/{id}/pause"
	ContainerUnpause Route = "POST /containers/{id}/unpause"
	ContainerRename  Route = "POST /containers/{id}/rename"
	ContainerUpdate  Route = "POST /containers/{id}/update"
	ContainerRemove  Route = "DELETE /containers/{id}"
	ContainerWait    Route = "POST /containers/{id}/wait"
	ContainerLogs    Route = "GET /containers/{id}/logs"
	ContainerAttach  Route = "POST /containers/{id}/attach"
	ContainerResize  Route = "POST /containers/{id}/resize"
	ContainerTop     Route = "GET /containers/{id}/top"
	ContainerStats   Route = "GET /containers/{id}/stats"
	ContainerExport  Route = "GET /containers/{id}/export"
	ContainerCommit  Route = "POST /commit"

	ArchiveGet  Route = "GET /containers/{id}/archive"
	ArchiveHead Route = "HEAD /containers/{id}/archive"
	ArchivePut  Route = "PUT /containers/{id}/archive"

	HealthCheck Route = "GET /libpod/containers/{id}/healthcheck" // of Podman's own API
	HealthList  Route = "GET /libpod/containers/json"

	ExecCreate  Route = "POST /containers/{id}/exec"
	ExecStart   Route = "POST /exec/{id}/start"
	ExecInspect Route = "GET /exec/{id}/json"
	ExecResize  Route = "POST /exec/{id}/resize"

	NetworkList       Route = "GET /networks"
	NetworkCreate     Route = "POST /networks/create"
	NetworkInspect    Route = "GET /networks/{id}"
	NetworkRemove     Route = "DELETE /networks/{id}"
	NetworkConnect    Route = "POST /networks/{id}/connect"
	NetworkDisconnect Route = "POST /networks/{id}/disconnect"

	VolumeList    Route = "GET /volumes"
	VolumeCreate  Route = "POST /volumes/create"
	VolumeInspect Route = "GET /volumes/{name}"
	VolumeRemove  Route = "DELETE /volumes/{name}"

	ImageList           Route = "GET /images/json"
	ImagePull           Route = "POST /images/create"
	ImageInspect        Route = "GET /images/{name...}/json"
	ImageHistory        Route = "GET /images/{name...}/history"
	ImageTag            Route = "POST /images/{name...}/tag"
	ImagePush           Route = "POST /images/{name...}/push"
	ImageRemove         Route = "DELETE /images/{name...}"
	ImageBuild          Route = "POST /build"
	DistributionInspect Route = "GET /distribution/{name...}/json"
)

// table is every route with its handler; the first that matches serves.
func (e *Engine) table() []route {
	return []route{
		on(Ping, e.ping), on(PingHead, e.ping), on(Version, e.version),
		on(Info, e.info), on(Events, e.streamEvents),

		on(ContainerList, e.containerList), on(ContainerCreate, e.containerCreate),
		on(ContainerInspect, e.containerInspect), on(ContainerStart, e.containerStart),
		on(ContainerStop, e.containerStop), on(ContainerRestart, e.containerRestart),
		on(ContainerKill, e.containerKill), on(ContainerPause, e.containerPause),
		on(ContainerUnpause, e.containerUnpause), on(ContainerRename, e.containerRename),
		on(ContainerRemove, e.containerRemove), on(ContainerUpdate, e.containerUpdate),
		on(ContainerWait, e.containerWait), on(ContainerLogs, e.containerLogs),
		on(ContainerAttach, e.containerAttach), on(ContainerResize, e.containerResize),
		on(ContainerTop, e.containerTop), on(ContainerStats, e.containerStats),
		on(ContainerExport, e.containerExport), on(ContainerCommit, e.containerCommit),

		on(HealthCheck, e.checkHealth), on(HealthList, e.listHealth),

		on(ArchiveGet, e.archiveGet), on(ArchiveHead, e.archiveHead), on(ArchivePut, e.archivePut),

		on(ExecCreate, e.execCreate), on(ExecStart, e.execStart),
		on(ExecInspect, e.execInspect), on(ExecResize, e.execResize),

		on(NetworkList, e.networkList), on(NetworkCreate, e.networkCreate),
		on(NetworkInspect, e.networkInspect),
		on(NetworkRemove, e.networkRemove), on(NetworkConnect, e.networkConnect),
		on(NetworkDisconnect, e.networkDisconnect),

		on(VolumeList, e.volumeList), on(VolumeCreate, e.volumeCreate),
		on(VolumeInspect, e.volumeInspect),
		on(VolumeRemove, e.volumeRemove),

		on(ImageList, e.imageList), on(ImagePull, e.imagePull),
		on(ImageInspect, e.imageInspect), on(ImageHistory, e.imageHistory),
		on(ImageTag, e.imageTag), on(ImagePush, e.imagePush), on(ImageRemove, e.imageRemove),
		on(ImageBuild, e.imageBuild), on(DistributionInspect, e.distributionInspect),
	}
}
