package main

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
)

// object is a JSON object.
type object = map[string]any

// document is what has been described so far.
type document struct {
	tags           []any
	paths, schemas object
}

// addService describes the methods of a service that have an HTTP rule.
func (d *document) addService(service *protogen.Service) error {
	tag := strings.Split(string(service.Desc.FullName()), ".")[1]
	found := false
	for _, method := range service.Methods {
		rule, _ := proto.GetExtension(method.Desc.Options(), annotations.E_Http).(*annotations.HttpRule)
		if rule == nil {
			continue
		}
		found = true
		if err := d.addOperation(tag, method, rule); err != nil {
			return fmt.Errorf("%s: %w", method.Desc.Name(), err)
		}
	}
	if found {
		d.tags = append(d.tags, object{"name": tag, "description": comment(service.Comments)})
	}
	return nil
}

// variable is a field in the template of a path.
var variable = regexp.MustCompile(`\{([^}=]+)(=[^}]*)?\}`)

// addOperation describes a method.
func (d *document) addOperation(tag string, method *protogen.Method, rule *annotations.HttpRule) error {
	verb, template, err := route(rule)
	if err != nil {
		return err
	}
	path := variable.ReplaceAllString(template, "{$1}")
	text := comment(method.Comments)
	operation := object{
		"tags": []any{tag}, "operationId": tag + "." + string(method.Desc.Name()), "summary": firstSentence(text), "description": text,
		"responses": object{
			"200": object{
				"description": "the answer, and the height of the state that was read",
				"headers":     object{"x-cosmos-block-height": object{"$ref": "#/components/headers/height"}},
				"content":     jsonContent(d.messageSchema(method.Output)),
			},
			"default": object{"description": "what is wrong", "content": jsonContent(object{"$ref": "#/components/schemas/Error"})},
		},
	}
	inPath := map[string]bool{}
	parameters := []any{}
	for _, found := range variable.FindAllStringSubmatch(template, -1) {
		inPath[found[1]] = true
		p, err := d.pathParameter(method.Input, found[1], strings.Contains(found[2], "/") || strings.Contains(found[2], "**"))
		if err != nil {
			return err
		}
		parameters = append(parameters, p)
	}
	switch rule.Body {
	case "":
		parameters = append(parameters, d.queryParameters(method.Input, "", inPath)...)
	case "*":
		operation["requestBody"] = object{"required": true, "content": jsonContent(d.messageSchema(method.Input))}
	default:
		return fmt.Errorf("body: got %q, expected \"*\" or none", rule.Body)
	}
	operation["parameters"] = append(parameters, object{"$ref": "#/components/parameters/height"})
	item, _ := d.paths[path].(object)
	if item == nil {
		item = object{}
		d.paths[path] = item
	}
	if item[verb] != nil {
		return fmt.Errorf("%s %s: another method has it", verb, path)
	}
	item[verb] = operation
	return nil
}

// route reads the verb and the path of a rule.
func route(rule *annotations.HttpRule) (verb, path string, err error) {
	if len(rule.AdditionalBindings) > 0 {
		return "", "", errors.New("additional_bindings: expected none; teach this generator what they mean first")
	}
	switch pattern := rule.Pattern.(type) {
	case *annotations.HttpRule_Get:
		return strings.ToLower(http.MethodGet), pattern.Get, nil
	case *annotations.HttpRule_Post:
		return strings.ToLower(http.MethodPost), pattern.Post, nil
	default:
		return "", "", fmt.Errorf("pattern: got %T, expected get or post", pattern)
	}
}

// pathParameter describes a field that is a part of the path.
func (d *document) pathParameter(of *protogen.Message, name string, rest bool) (object, error) {
	for _, field := range of.Fields {
		if string(field.Desc.Name()) == name {
			text, schema := comment(field.Comments), d.fieldSchema(field)
			if rest {
				schema["example"] = "acme/words"
				text = strings.TrimSpace(text + " It has slashes, which are not escaped.")
			}
			return object{"name": name, "in": "path", "required": true, "description": text, "schema": schema}, nil
		}
	}
	return nil, fmt.Errorf("path: %s has no field %q", of.Desc.FullName(), name)
}

// queryParameters describes the fields of a message as parameters of a query string, those of messages within it with their path.
func (d *document) queryParameters(of *protogen.Message, prefix string, skip map[string]bool) []any {
	var all []any
	for _, field := range of.Fields {
		name := prefix + string(field.Desc.Name())
		switch {
		case skip[name] || field.Desc.IsMap():
		case field.Message != nil && wellKnown(field.Message) == nil:
			if !field.Desc.IsList() && strings.Count(prefix, ".") < 3 { // lists of messages do not go into a query string
				all = append(all, d.queryParameters(field.Message, name+".", skip)...)
			}
		default:
			all = append(all, object{"name": name, "in": "query", "description": comment(field.Comments), "schema": d.querySchema(field)})
		}
	}
	return all
}

// querySchema is the schema of a field in a query string, where an enum is its number.
func (d *document) querySchema(field *protogen.Field) object {
	if field.Enum == nil {
		return d.fieldSchema(field)
	}
	var numbers []any
	var names []string
	for _, value := range field.Enum.Values {
		numbers = append(numbers, value.Desc.Number())
		names = append(names, fmt.Sprintf("%d %s", value.Desc.Number(), value.Desc.Name()))
	}
	return repeated(field, object{"type": "integer", "enum": numbers, "description": strings.Join(names, ", ")})
}

func jsonContent(schema object) object {
	return object{"application/json": object{"schema": schema}}
}

func heightParameter() object {
	return object{
		"name": "x-cosmos-block-height", "in": "header", "schema": object{"type": "string", "format": "int64"},
		"description": "Height of the state to ask about; the latest without it. A node has pruned states that are long past.",
	}
}

func heightHeader() object {
	return object{"description": "Height of the state that was read.", "schema": object{"type": "string", "format": "int64"}}
}
