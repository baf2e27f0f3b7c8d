// Package manifests builds collector/kustomization.yaml with kustomize itself, as a library, and decodes every object
// strictly into Kubernetes' own types: an unknown field, a wrong kind of value or an unknown object is an error. It cannot
// show that a cluster runs them.
package manifests

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const collector = "../.."

// build is the objects that `kubectl apply -k collector` would apply.
func build(t *testing.T, files filesys.FileSystem, dir string) ([]runtime.Object, error) {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, dir)
	if err != nil {
		return nil, err
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, appsv1.AddToScheme, policyv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	decoder := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Yaml: true, Strict: true})
	var objects []runtime.Object
	for _, resource := range resources.Resources() {
		content, err := resource.AsYAML()
		if err != nil {
			return nil, err
		}
		object, _, err := decoder.Decode(content, nil, nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", resource.CurId(), err)
		}
		objects = append(objects, object)
	}
	return objects, nil
}

func TestManifests(t *testing.T) {
	objects, err := build(t, filesys.MakeFsOnDisk(), collector)
	if err != nil {
		t.Fatal(err)
	}
	var (
		agent    *appsv1.DaemonSet
		sampler  *appsv1.StatefulSet
		configs  = make(map[string]*corev1.ConfigMap)
		services = make(map[string]*corev1.Service)
		kinds    []string
	)
	for _, object := range objects {
		kinds = append(kinds, object.GetObjectKind().GroupVersionKind().Kind)
		switch o := object.(type) {
		case *appsv1.DaemonSet:
			agent = o
		case *appsv1.StatefulSet:
			sampler = o
		case *corev1.ConfigMap:
			configs[o.Name] = o
		case *corev1.Service:
			services[o.Name] = o
		}
	}
	slices.Sort(kinds)
	want := "ConfigMap ConfigMap DaemonSet Namespace PodDisruptionBudget Service Service ServiceAccount ServiceAccount StatefulSet"
	if got := strings.Join(kinds, " "); got != want {
		t.Fatalf("objects are %s, want %s", got, want)
	}

	t.Run("configuration is the repository's", func(t *testing.T) {
		for name, spec := range map[string]corev1.PodSpec{"agent": agent.Spec.Template.Spec, "sampler": sampler.Spec.Template.Spec} {
			config := configs[spec.Volumes[0].ConfigMap.Name]
			if config == nil {
				t.Errorf("%s: no ConfigMap %s", name, spec.Volumes[0].ConfigMap.Name)
				continue
			}
			mount := spec.Containers[0].VolumeMounts[0].MountPath
			for _, arg := range spec.Containers[0].Args {
				file := strings.TrimPrefix(arg, "--config="+mount+"/")
				source := file
				if file == "agent.yaml" || file == "sampler.yaml" {
					source = "scale/" + file
				}
				content, err := os.ReadFile(filepath.Join(collector, source))
				if err != nil {
					t.Fatal(err)
				}
				if config.Data[file] != string(content) {
					t.Errorf("%s: %s is not collector/%s", name, arg, source)
				}
			}
		}
	})

	t.Run("agents know every sampler", func(t *testing.T) {
		var names []string
		for i := range *sampler.Spec.Replicas {
			names = append(names, fmt.Sprintf("%s-%d.%s:4317", sampler.Name, i, sampler.Spec.ServiceName))
		}
		if got, want := environment(agent.Spec.Template.Spec, "SAMPLERS"), "["+strings.Join(names, ", ")+"]"; got != want {
			t.Errorf("SAMPLERS is %s, the StatefulSet has %s", got, want)
		}
		headless := services[sampler.Spec.ServiceName]
		if headless == nil || headless.Spec.ClusterIP != corev1.ClusterIPNone || !headless.Spec.PublishNotReadyAddresses {
			t.Errorf("no headless service that names pods before they are ready: %+v", headless)
		}
	})

	t.Run("pods", func(t *testing.T) {
		for name, pod := range map[string]corev1.PodTemplateSpec{"agent": agent.Spec.Template, "sampler": sampler.Spec.Template} {
			container := pod.Spec.Containers[0]
			limit := container.Resources.Limits.Memory().Value() >> 20
			var mib int64
			if _, err := fmt.Sscan(environment(pod.Spec, "COLLECTOR_MEMORY_MIB"), &mib); err != nil || mib >= limit {
				t.Errorf("%s: memory_limiter at %d MiB (%v), the container's limit is %d MiB", name, mib, err, limit)
			}
			var spike, soft int64
			if _, err := fmt.Sscan(environment(pod.Spec, "COLLECTOR_MEMORY_SPIKE_MIB"), &spike); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := fmt.Sscanf(environment(pod.Spec, "GOMEMLIMIT"), "%dMiB", &soft); err != nil || soft >= mib-spike {
				t.Errorf("%s: garbage is kept up to %d MiB (%v), and above %d MiB it refuses", name, soft, err, mib-spike)
			}
			if c := container.SecurityContext; *c.AllowPrivilegeEscalation || !*c.ReadOnlyRootFilesystem || !slices.Equal(c.Capabilities.Drop, []corev1.Capability{"ALL"}) {
				t.Errorf("%s: security context %+v", name, c)
			}
			if container.ReadinessProbe == nil || container.LivenessProbe == nil || container.StartupProbe == nil {
				t.Errorf("%s: a probe is missing", name)
			}
			if !strings.HasSuffix(container.Image, ":"+version(t)) {
				t.Errorf("%s: the image is %s, collector/otelcol builds %s", name, container.Image, version(t))
			}
			for _, service := range services {
				if service.Spec.Selector["app.kubernetes.io/name"] != name {
					continue
				}
				for _, port := range service.Spec.Ports {
					if !slices.ContainsFunc(container.Ports, func(p corev1.ContainerPort) bool { return p.ContainerPort == port.Port }) {
						t.Errorf("service %s leads to port %d, which %s does not have", service.Name, port.Port, name)
					}
				}
			}
		}
	})
}

// TestManifestsHoldTogether: what one object names, another has. A cluster takes objects whose names lead nowhere, and runs
// nothing.
func TestManifestsHoldTogether(t *testing.T) {
	objects, err := build(t, filesys.MakeFsOnDisk(), collector)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	pods := map[string]corev1.PodTemplateSpec{}
	for _, object := range objects {
		meta, err := apimeta.Accessor(object)
		if err != nil {
			t.Fatal(err)
		}
		kind := object.GetObjectKind().GroupVersionKind().Kind
		named[kind+" "+meta.GetName()] = true
		if kind != "Namespace" && meta.GetNamespace() != "llmotel" {
			t.Errorf("%s %s is in namespace %q", kind, meta.GetName(), meta.GetNamespace())
		}
		if meta.GetLabels()["app.kubernetes.io/part-of"] != "llmotel" {
			t.Errorf("%s %s has the labels %v", kind, meta.GetName(), meta.GetLabels())
		}
		switch o := object.(type) {
		case *appsv1.DaemonSet:
			pods["DaemonSet"] = o.Spec.Template
			selects(t, "the DaemonSet", o.Spec.Selector.MatchLabels, o.Spec.Template)
		case *appsv1.StatefulSet:
			pods["StatefulSet"] = o.Spec.Template
			selects(t, "the StatefulSet", o.Spec.Selector.MatchLabels, o.Spec.Template)
			for _, constraint := range o.Spec.Template.Spec.TopologySpreadConstraints {
				selects(t, "the topology constraint", constraint.LabelSelector.MatchLabels, o.Spec.Template)
			}
			for _, claim := range o.Spec.VolumeClaimTemplates {
				o.Spec.Template.Spec.Volumes = append(o.Spec.Template.Spec.Volumes, corev1.Volume{Name: claim.Name})
			}
			pods["StatefulSet"] = o.Spec.Template
		}
	}
	for _, object := range objects {
		switch o := object.(type) {
		case *corev1.Service:
			selects(t, "service "+o.Name, o.Spec.Selector, pods[map[string]string{"agent": "DaemonSet", "sampler": "StatefulSet"}[o.Name]])
		case *policyv1.PodDisruptionBudget:
			selects(t, "the disruption budget", o.Spec.Selector.MatchLabels, pods["StatefulSet"])
			// One sampler at a time, or an eviction of the last one blocks the node for good.
			if o.Spec.MaxUnavailable == nil || o.Spec.MaxUnavailable.IntValue() != 1 || o.Spec.MinAvailable != nil {
				t.Errorf("the disruption budget allows %v", o.Spec.MaxUnavailable)
			}
		}
	}
	for kind, pod := range pods {
		spec := pod.Spec
		if !named["ServiceAccount "+spec.ServiceAccountName] || *spec.AutomountServiceAccountToken {
			t.Errorf("%s: service account %q, its token mounted: %t", kind, spec.ServiceAccountName, *spec.AutomountServiceAccountToken)
		}
		if spec.SecurityContext.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
			t.Errorf("%s: seccomp profile %v", kind, spec.SecurityContext.SeccompProfile)
		}
		volumes := map[string]bool{}
		for _, v := range spec.Volumes {
			volumes[v.Name] = true
			if v.ConfigMap != nil && !named["ConfigMap "+v.ConfigMap.Name] {
				t.Errorf("%s: no ConfigMap %s", kind, v.ConfigMap.Name)
			}
		}
		for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
			for _, m := range c.VolumeMounts {
				if !volumes[m.Name] {
					t.Errorf("%s, %s: no volume %s", kind, c.Name, m.Name)
				}
			}
			if c.Resources.Requests.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() || c.Resources.Limits.Memory().IsZero() {
				t.Errorf("%s, %s: resources %v", kind, c.Name, c.Resources)
			}
		}
		c := spec.Containers[0]
		for name, probe := range map[string]*corev1.Probe{"startup": c.StartupProbe, "readiness": c.ReadinessProbe, "liveness": c.LivenessProbe} {
			port := probe.HTTPGet.Port.String()
			if i := slices.IndexFunc(c.Ports, func(p corev1.ContainerPort) bool { return p.Name == port }); i < 0 || c.Ports[i].ContainerPort != 13133 {
				t.Errorf("%s: the %s probe asks port %s", kind, name, port)
			}
		}
		// A variable that no configuration reads is misspelt.
		var configuration strings.Builder
		for _, file := range []string{"otel-config.yaml", "sampling.yaml", "scale/agent.yaml", "scale/sampler.yaml"} {
			content, err := os.ReadFile(filepath.Join(collector, file))
			if err != nil {
				t.Fatal(err)
			}
			configuration.Write(content)
		}
		for _, variable := range c.Env {
			ofGo := variable.Name == "GOMEMLIMIT" || variable.Name == "GOGC" // The runtime reads them.
			if !ofGo && !strings.Contains(configuration.String(), "${env:"+variable.Name+":-") {
				t.Errorf("%s: nothing reads %s", kind, variable.Name)
			}
		}
		user := func(c corev1.Container) int64 {
			for _, id := range []*int64{c.SecurityContext.RunAsUser, spec.SecurityContext.RunAsUser} {
				if id != nil {
					return *id
				}
			}
			return 0
		}
		if user(c) != 10001 {
			t.Errorf("%s runs as %d", kind, user(c))
		}
	}
}

// selects requires that labels are those of pods.
func selects(t *testing.T, who string, labels map[string]string, pod corev1.PodTemplateSpec) {
	t.Helper()
	if len(labels) == 0 {
		t.Errorf("%s selects everything", who)
	}
	for key, value := range labels {
		if pod.Labels[key] != value {
			t.Errorf("%s selects %s=%s, pods have %v", who, key, value, pod.Labels)
		}
	}
}

// TestManifestsRefused shows that the check sees what a cluster would refuse.
func TestManifestsRefused(t *testing.T) {
	for name, spoil := range map[string][3]string{
		"unknown field": {"scale/kubernetes/sampler.yaml", "podManagementPolicy:", "podManagment:"},
		"wrong kind":    {"scale/kubernetes/sampler.yaml", "replicas: 2", "replicas: two"},
		"bad quantity":  {"scale/kubernetes/agent.yaml", "memory: 512Mi", "memory: 512Mo"},
		"unknown file":  {"kustomization.yaml", "- sampling.yaml", "- samplin.yaml"},
		"unknown api":   {"scale/kubernetes/sampler.yaml", "policy/v1\n", "policy/v2\n"},
	} {
		t.Run(name, func(t *testing.T) {
			files := filesys.MakeFsInMemory()
			spoiled := false
			for _, path := range []string{
				"kustomization.yaml", "otel-config.yaml", "sampling.yaml", "scale/agent.yaml", "scale/sampler.yaml",
				"scale/kubernetes/namespace.yaml", "scale/kubernetes/agent.yaml", "scale/kubernetes/sampler.yaml",
			} {
				content, err := os.ReadFile(filepath.Join(collector, path))
				if err != nil {
					t.Fatal(err)
				}
				if path == spoil[0] && bytes.Contains(content, []byte(spoil[1])) {
					content, spoiled = bytes.Replace(content, []byte(spoil[1]), []byte(spoil[2]), 1), true
				}
				if err := files.WriteFile("/collector/"+path, content); err != nil {
					t.Fatal(err)
				}
			}
			if !spoiled {
				t.Fatalf("%s has no %q to spoil", spoil[0], spoil[1])
			}
			if _, err := build(t, files, "/collector"); err == nil {
				t.Error("the spoiled manifests were accepted")
			}
		})
	}
}

func environment(pod corev1.PodSpec, name string) string {
	for _, variable := range pod.Containers[0].Env {
		if variable.Name == name {
			return variable.Value
		}
	}
	return ""
}

// version is that of the collector's components.
func version(t *testing.T) string {
	t.Helper()
	mod, err := os.ReadFile(filepath.Join(collector, "otelcol", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(mod), "\tgo.opentelemetry.io/collector/otelcol v")
	if !found {
		t.Fatal("otelcol/go.mod does not require the collector")
	}
	version, _, _ := strings.Cut(after, "\n")
	return version
}
