package manifests

import (
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// TestPodSecurity lets Kubernetes' own admission judge the pods. Samplers keep to its strictest level; agents would but for
// the node's directory that holds their queue, and the container that gives it to them.
func TestPodSecurity(t *testing.T) {
	objects, err := build(t, filesys.MakeFsOnDisk(), collector)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(level api.Level, pod corev1.PodTemplateSpec) []string {
		evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
		if err != nil {
			t.Fatal(err)
		}
		results := evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: api.LatestVersion()}, &pod.ObjectMeta, &pod.Spec)
		return policy.AggregateCheckResults(results).ForbiddenReasons
	}
	seen := 0
	for _, object := range objects {
		switch o := object.(type) {
		case *appsv1.StatefulSet:
			seen++
			if got := refused(api.LevelRestricted, o.Spec.Template); len(got) > 0 {
				t.Errorf("samplers are no restricted pods: %v", got)
			}
			// A check that accepts everything proves nothing.
			spoilt := *o.Spec.Template.DeepCopy()
			spoilt.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation = new(true)
			spoilt.Spec.HostNetwork = true
			if got := refused(api.LevelRestricted, spoilt); len(got) < 2 {
				t.Errorf("spoilt samplers are refused for %v alone", got)
			}
		case *appsv1.DaemonSet:
			seen++
			if got, want := refused(api.LevelBaseline, o.Spec.Template), []string{"hostPath volumes"}; !slices.Equal(got, want) {
				t.Errorf("agents are no baseline pods because of %v, want %v", got, want)
			}
			without := *o.Spec.Template.DeepCopy()
			without.Spec.InitContainers, without.Spec.Volumes = nil, without.Spec.Volumes[:1]
			if got := refused(api.LevelRestricted, without); len(got) > 0 {
				t.Errorf("without their directory agents are no restricted pods: %v", got)
			}
		}
	}
	if seen != 2 {
		t.Errorf("%d kinds of pod", seen)
	}
}
