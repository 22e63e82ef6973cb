package main

import (
	"encoding/json"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// describeRule describes a service of one method with a rule, whose request has fields of many kinds.
func describeRule(t *testing.T, rule *annotations.HttpRule) (map[string]any, error) {
	t.Helper()
	text, number, message, enum := descriptorpb.FieldDescriptorProto_TYPE_STRING, descriptorpb.FieldDescriptorProto_TYPE_UINT64, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE, descriptorpb.FieldDescriptorProto_TYPE_ENUM
	one, many := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL, descriptorpb.FieldDescriptorProto_LABEL_REPEATED
	field := func(name string, at int32, kind descriptorpb.FieldDescriptorProto_Type, label descriptorpb.FieldDescriptorProto_Label, of string) *descriptorpb.FieldDescriptorProto {
		f := &descriptorpb.FieldDescriptorProto{Name: &name, Number: &at, Type: &kind, Label: &label, JsonName: &name}
		if of != "" {
			f.TypeName = &of
		}
		return f
	}
	id := field("id", 1, text, one, "")
	id.Options = &descriptorpb.FieldOptions{}
	id.Options.ProtoReflect().SetUnknown(protowire.AppendString(protowire.AppendTag(nil, scalarOption, protowire.BytesType), "credence.ID"))
	options := &descriptorpb.MethodOptions{}
	proto.SetExtension(options, annotations.E_Http, rule)
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String("test.proto"), Package: proto.String("credence.test.v1"), Syntax: proto.String("proto3"),
		Options: &descriptorpb.FileOptions{GoPackage: proto.String("example.com/test")},
		EnumType: []*descriptorpb.EnumDescriptorProto{{Name: proto.String("Kind"), Value: []*descriptorpb.EnumValueDescriptorProto{
			{Name: proto.String("KIND_NONE"), Number: proto.Int32(0)}, {Name: proto.String("KIND_ONE"), Number: proto.Int32(7)},
		}}},
		MessageType: []*descriptorpb.DescriptorProto{
			{Name: proto.String("Page"), Field: []*descriptorpb.FieldDescriptorProto{field("limit", 1, number, one, ""), field("inner", 2, message, one, ".credence.test.v1.Page")}},
			{Name: proto.String("Ask"), Field: []*descriptorpb.FieldDescriptorProto{
				id, field("kind", 2, enum, one, ".credence.test.v1.Kind"), field("page", 3, message, one, ".credence.test.v1.Page"), field("pages", 4, message, many, ".credence.test.v1.Page"), field("words", 5, text, many, ""),
			}},
		},
		Service: []*descriptorpb.ServiceDescriptorProto{{Name: proto.String("Query"), Method: []*descriptorpb.MethodDescriptorProto{
			{Name: proto.String("Get"), InputType: proto.String(".credence.test.v1.Ask"), OutputType: proto.String(".credence.test.v1.Ask"), Options: options},
		}}},
	}
	plugin, err := protogen.Options{}.New(&pluginpb.CodeGeneratorRequest{FileToGenerate: []string{"test.proto"}, ProtoFile: []*descriptorpb.FileDescriptorProto{file}})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := describe(plugin)
	if err != nil {
		return nil, err
	}
	encoded, err := encode(doc)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(encoded, &out); err != nil {
		t.Fatal(err)
	}
	return out, nil
}

// at walks into JSON.
func at(t *testing.T, value any, path ...string) any {
	t.Helper()
	for _, step := range path {
		object, is := value.(map[string]any)
		if !is || object[step] == nil {
			t.Fatalf("%q of %v: expected something", step, path)
		}
		value = object[step]
	}
	return value
}

// TestQueryIsDescribed: what stands in the path is no parameter of the query string, an enum is its number there and its name in an
// answer, messages are flattened, lists of messages left out, and one that contains itself ends.
func TestQueryIsDescribed(t *testing.T) {
	doc, err := describeRule(t, &annotations.HttpRule{Pattern: &annotations.HttpRule_Get{Get: "/credence/test/v1/things/{id=*/*}"}})
	if err != nil {
		t.Fatal(err)
	}
	get := at(t, doc, "paths", "/credence/test/v1/things/{id}", "get")
	var names []string
	for _, p := range at(t, get, "parameters").([]any) {
		parameter := p.(map[string]any)
		if name, is := parameter["name"].(string); is {
			names = append(names, parameter["in"].(string)+" "+name)
		}
		if parameter["name"] == "kind" && at(t, parameter, "schema", "type") != "integer" {
			t.Errorf("kind: got %v, expected a number", parameter)
		}
	}
	if got, want := strings.Join(names, ", "), "path id, query kind, query page.limit, query page.inner.limit, query page.inner.inner.limit, query words"; got != want {
		t.Errorf("parameters:\n got %s\nwant %s", got, want)
	}
	ask := at(t, doc, "components", "schemas", "credence.test.v1.Ask", "properties")
	if got := at(t, ask, "kind", "enum").([]any)[1]; got != "KIND_ONE" {
		t.Errorf("kind: got %v", got)
	}
	if got := at(t, ask, "id", "pattern"); got != "^([0-9a-f]{64})?$" {
		t.Errorf("id: got %v", got)
	}
	if got := at(t, ask, "pages", "items", "$ref"); got != "#/components/schemas/credence.test.v1.Page" {
		t.Errorf("pages: got %v", got)
	}
	if got := at(t, doc, "components", "schemas", "credence.test.v1.Page", "properties", "limit", "type"); got != "string" {
		t.Errorf("limit: got %v, expected a text: it has 64 bits", got)
	}
}

// TestRulesThatAreNotUnderstood are refused, not described wrongly.
func TestRulesThatAreNotUnderstood(t *testing.T) {
	get := &annotations.HttpRule_Get{Get: "/x"}
	for what, rule := range map[string]*annotations.HttpRule{
		"additional_bindings": {Pattern: get, AdditionalBindings: []*annotations.HttpRule{{Pattern: get}}},
		"pattern":             {Pattern: &annotations.HttpRule_Delete{Delete: "/x"}},
		"body":                {Pattern: &annotations.HttpRule_Post{Post: "/x"}, Body: "page"},
		"has no field":        {Pattern: &annotations.HttpRule_Get{Get: "/x/{nothing}"}},
	} {
		if _, err := describeRule(t, rule); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if _, err := describeRule(t, &annotations.HttpRule{Pattern: &annotations.HttpRule_Post{Post: "/x"}, Body: "*"}); err != nil {
		t.Error(err)
	}
}
