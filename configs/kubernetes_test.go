package configs

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// What the test looks at in the manifests; a field that is not here may be anything.
type (
	deployment struct {
		Spec struct {
			Replicas int
			Selector selector
			Template struct {
				Metadata struct{ Labels map[string]string }
				Spec     pod
			}
		}
	}
	pod struct {
		Grace      int `yaml:"terminationGracePeriodSeconds"`
		Containers []container
		Volumes    []struct{ Name string }
	}
	container struct {
		Command, Args []string
		Ports         []struct {
			Name          string
			ContainerPort string `yaml:"containerPort"`
		}
		Startup   probe `yaml:"startupProbe"`
		Liveness  probe `yaml:"livenessProbe"`
		Readiness probe `yaml:"readinessProbe"`
		Mounts    []struct {
			Name string
			Path string `yaml:"mountPath"`
		} `yaml:"volumeMounts"`
		Lifecycle any
	}
	probe struct {
		HTTPGet          struct{ Path, Port string } `yaml:"httpGet"`
		PeriodSeconds    int                         `yaml:"periodSeconds"`
		FailureThreshold int                         `yaml:"failureThreshold"`
	}
	selector struct {
		MatchLabels map[string]string `yaml:"matchLabels"`
	}
)

// lasts is how long the probe fails before that has consequences.
func (p probe) lasts() time.Duration {
	return time.Duration(p.PeriodSeconds*p.FailureThreshold) * time.Second
}

func manifest[T any](t *testing.T, name string) (m T) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("kubernetes", name))
	if err == nil {
		err = yaml.Unmarshal(content, &m)
	}
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m
}

// TestKubernetes holds the manifests to the settings: the arguments are valid, and the
// times that Kubernetes gives are enough for those that srv takes.
func TestKubernetes(t *testing.T) {
	d := manifest[deployment](t, "deployment.yaml")
	pod := d.Spec.Template.Spec
	c := pod.Containers[0]
	l := load(t, Input{Args: c.Args, Dir: t.TempDir()})
	if l.App == "" || c.Command[0] != "srv" {
		t.Errorf("the container runs %q %q", c.Command, c.Args)
	}

	if grace, least := time.Duration(pod.Grace)*time.Second, l.DrainDelay+l.GracefulTimeout+5*time.Second; grace < least {
		t.Errorf("terminationGracePeriodSeconds is %v, which has to be %v at least", grace, least)
	}
	if l.DrainDelay <= c.Readiness.lasts() || c.Lifecycle != nil {
		t.Errorf("drain_delay is %v, and it takes %v until the pod is not ready", l.DrainDelay, c.Readiness.lasts())
	}
	if c.Startup.lasts() < l.BootTimeout {
		t.Errorf("the startup probe gives up after %v, before boot_timeout (%v)", c.Startup.lasts(), l.BootTimeout)
	}

	for path, p := range map[string]probe{"/startupz": c.Startup, "/livez": c.Liveness, "/readyz": c.Readiness} {
		if p.HTTPGet.Path != path || p.HTTPGet.Port != "health" {
			t.Errorf("the probe for %s asks %+v", path, p.HTTPGet)
		}
	}
	ports := map[string]string{}
	for _, p := range c.Ports {
		ports[p.Name] = p.ContainerPort
	}
	if !strings.HasSuffix(l.Bind[0], ":"+ports["http"]) || !strings.HasSuffix(l.HealthBind[0], ":"+ports["health"]) {
		t.Errorf("ports %v, bind %q, health_bind %q", ports, l.Bind, l.HealthBind)
	}
	if l.TmpUploadDir != "" || l.WorkerTmpDir != "" || c.Mounts[0].Path != "/tmp" || c.Mounts[0].Name != pod.Volumes[0].Name {
		t.Errorf("the only directory that can be written is %+v", c.Mounts)
	}
}

func TestKubernetesNamesAgree(t *testing.T) {
	d := manifest[deployment](t, "deployment.yaml").Spec
	labels := d.Template.Metadata.Labels
	budget := manifest[struct {
		Spec struct {
			MinAvailable int `yaml:"minAvailable"`
			Selector     selector
		}
	}](t, "poddisruptionbudget.yaml").Spec
	service := manifest[struct {
		Spec struct {
			Selector map[string]string
			Ports    []struct {
				TargetPort string `yaml:"targetPort"`
			}
		}
	}](t, "service.yaml").Spec
	for name, got := range map[string]map[string]string{
		"deployment": d.Selector.MatchLabels, "budget": budget.Selector.MatchLabels, "service": service.Selector,
	} {
		if len(got) == 0 || !maps.Equal(got, labels) {
			t.Errorf("the %s selects %v, the pods are %v", name, got, labels)
		}
	}
	if budget.MinAvailable < 1 || budget.MinAvailable >= d.Replicas {
		t.Errorf("%d of %d pods have to be available", budget.MinAvailable, d.Replicas)
	}
	if service.Ports[0].TargetPort != "http" {
		t.Errorf("the service sends to %q", service.Ports[0].TargetPort)
	}
}
