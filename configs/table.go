package configs

import "slices"

// The sections are gunicorn's, in the order of --help and docs/settings.md.
const (
	sectionConfigFile = "Config File"
	sectionDebugging  = "Debugging"
	sectionLogging    = "Logging"
	sectionNaming     = "Process Naming"
	sectionSSL        = "SSL"
	sectionSecurity   = "Security"
	sectionMechanics  = "Server Mechanics"
	sectionSocket     = "Server Socket"
	sectionWorkers    = "Worker Processes"
)

var sections = []string{
	sectionConfigFile, sectionDebugging, sectionLogging, sectionNaming,
	sectionSSL, sectionSecurity, sectionMechanics, sectionSocket, sectionWorkers,
}

// asIs is the value of a variable whose text is the default itself.
func asIs(text string) string { return text }

// table holds every setting, in the order of the sections and, within one, in
// the order in which a reader wants to meet them. Each section's rows are in a file of its own.
var table = slices.Concat(
	configFileRows,
	debuggingRows,
	loggingRows,
	namingRows,
	sslRows,
	acmeRows,
	securityRows,
	clientRows,
	mechanicsRows,
	socketRows,
	workersRows,
)
