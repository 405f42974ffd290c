package gnet

import (
	"testing"

	"github.com/seed-77b39ca9/srv/workers/workertest"
)

func TestClass(t *testing.T) { workertest.Run(t, New) }
