// Package kubernetes checks manifests for Kubernetes without a cluster: kustomize builds a base, and every object that comes out has to
// be what the types of Kubernetes' own API say, field by field. It has its own go.mod, since nothing that is shipped needs these types.
package kubernetes

import (
	"errors"
	"fmt"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/intstr"
	names "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Build returns the objects of a folder with a kustomization, as JSON, as "kubectl apply -k" would send them.
func Build(folder string) (objects [][]byte, err error) {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return nil, fmt.Errorf("kustomize build %s: %w", folder, err)
	}
	for _, r := range built.Resources() {
		object, err := r.MarshalJSON()
		if err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

// Check checks objects that belong to one base. It refuses unknown kinds, versions and fields, fields of a wrong type, names and labels that
// no cluster takes, and references within a pod or between the objects to what is not there.
func Check(objects ...[]byte) error {
	scheme := runtime.NewScheme()
	if err := errors.Join(corev1.AddToScheme(scheme), appsv1.AddToScheme(scheme)); err != nil {
		return err
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	var services []*corev1.Service
	var sets []*appsv1.StatefulSet
	for i, raw := range objects {
		object, kind, err := decoder.Decode(raw, nil, nil)
		if err != nil {
			return fmt.Errorf("object %d: %w", i+1, err)
		}
		meta, ok := object.(metav1.Object)
		if !ok {
			return fmt.Errorf("object %d: %s has no metadata", i+1, kind.Kind)
		}
		err = checkNames(meta)
		switch o := object.(type) {
		case *corev1.Service:
			services = append(services, o)
		case *appsv1.StatefulSet:
			sets = append(sets, o)
		default:
			err = errors.Join(err, errors.New("a kind that this check does not know: teach it"))
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", kind.Kind, meta.GetName(), err)
		}
	}
	var trouble []error
	for _, set := range sets {
		if err := checkSet(set, services); err != nil {
			trouble = append(trouble, fmt.Errorf("StatefulSet %s: %w", set.Name, err))
		}
	}
	for _, service := range services {
		if err := checkService(service, sets); err != nil {
			trouble = append(trouble, fmt.Errorf("Service %s: %w", service.Name, err))
		}
	}
	return errors.Join(trouble...)
}

// checkNames checks the name, the labels and the annotations of an object.
func checkNames(o metav1.Object) error {
	if wrong := names.IsDNS1123Label(o.GetName()); len(wrong) > 0 {
		return fmt.Errorf("name: %v", wrong)
	}
	list := metavalidation.ValidateLabels(o.GetLabels(), field.NewPath("labels"))
	return append(list, apivalidation.ValidateAnnotations(o.GetAnnotations(), field.NewPath("annotations"))...).ToAggregate()
}

// checkSet checks a StatefulSet: its selector matches its own pods, its service exists, and its pods refer to nothing that is missing.
func checkSet(set *appsv1.StatefulSet, services []*corev1.Service) error {
	selector, err := metav1.LabelSelectorAsSelector(set.Spec.Selector)
	if err != nil {
		return err
	}
	template := set.Spec.Template
	if selector.Empty() || !selector.Matches(labels.Set(template.Labels)) {
		return fmt.Errorf("the selector %s does not match the pods' labels %v", selector, template.Labels)
	}
	if !slices.ContainsFunc(services, func(s *corev1.Service) bool { return s.Name == set.Spec.ServiceName }) {
		return fmt.Errorf("serviceName: there is no service %q", set.Spec.ServiceName)
	}
	volumes := map[string]bool{}
	for _, v := range template.Spec.Volumes {
		volumes[v.Name] = true
	}
	for _, claim := range set.Spec.VolumeClaimTemplates {
		volumes[claim.Name] = true
	}
	mounted := map[string]bool{}
	for _, c := range append(slices.Clone(template.Spec.InitContainers), template.Spec.Containers...) {
		if err := checkContainer(c, volumes, mounted); err != nil {
			return fmt.Errorf("container %s: %w", c.Name, err)
		}
	}
	for name := range volumes {
		if !mounted[name] {
			return fmt.Errorf("no container mounts the volume %s", name)
		}
	}
	if len(template.Spec.Containers) == 0 {
		return errors.New("it has no container")
	}
	return checkNames(&metav1.ObjectMeta{Name: set.Name, Labels: template.Labels, Annotations: template.Annotations})
}

func checkContainer(c corev1.Container, volumes, mounted map[string]bool) error {
	if wrong := names.IsDNS1123Label(c.Name); len(wrong) > 0 || c.Image == "" {
		return fmt.Errorf("name or image: %q, %v", c.Image, wrong)
	}
	paths := map[string]bool{}
	for _, m := range c.VolumeMounts {
		if !volumes[m.Name] || paths[m.MountPath] {
			return fmt.Errorf("volumeMounts: %s at %s: there is no such volume, or the path is taken", m.Name, m.MountPath)
		}
		mounted[m.Name], paths[m.MountPath] = true, true
	}
	ports := map[string]bool{}
	for _, p := range c.Ports {
		if wrong := append(names.IsValidPortName(p.Name), names.IsValidPortNum(int(p.ContainerPort))...); len(wrong) > 0 || ports[p.Name] {
			return fmt.Errorf("ports: %s %d: %v, or twice", p.Name, p.ContainerPort, wrong)
		}
		ports[p.Name] = true
	}
	for _, probe := range []*corev1.Probe{c.StartupProbe, c.LivenessProbe, c.ReadinessProbe} {
		if probe == nil {
			continue
		}
		if get := probe.HTTPGet; get == nil || get.Port.Type == intstr.String && !ports[get.Port.StrVal] {
			return fmt.Errorf("a probe asks for nothing, or at a port that the container does not name: %v", get)
		}
	}
	for name, least := range c.Resources.Requests {
		if most, limited := c.Resources.Limits[name]; limited && most.Cmp(least) < 0 {
			return fmt.Errorf("resources: %s is requested beyond its limit", name)
		}
	}
	return nil
}

// checkService checks that a service selects pods that have every port that it names.
func checkService(s *corev1.Service, sets []*appsv1.StatefulSet) error {
	for _, set := range sets {
		if !labels.SelectorFromSet(s.Spec.Selector).Matches(labels.Set(set.Spec.Template.Labels)) || len(s.Spec.Selector) == 0 {
			continue
		}
		for _, port := range s.Spec.Ports {
			named := func(c corev1.Container) bool {
				return slices.ContainsFunc(c.Ports, func(p corev1.ContainerPort) bool { return p.ContainerPort == port.Port })
			}
			if !slices.ContainsFunc(set.Spec.Template.Spec.Containers, named) {
				return fmt.Errorf("no container listens at port %d", port.Port)
			}
		}
		return nil
	}
	return errors.New("it selects no pods")
}
