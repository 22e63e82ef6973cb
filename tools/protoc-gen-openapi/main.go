// Command protoc-gen-openapi is a plugin of protoc and buf. It describes the REST interface of this chain's modules in OpenAPI 3.0, in
// one JSON file.
//
// The widespread generators describe other gateways than the one that serves this REST: they name enums of a query string by their
// names, where ours takes numbers, and know nothing of the height header, nor of the forms of ids, digests and addresses.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
)

// output is the file that is written.
const output = "docs/openapi/credence.json"

func main() {
	protogen.Options{}.Run(func(plugin *protogen.Plugin) error {
		doc, err := describe(plugin)
		if err != nil {
			return err
		}
		text, err := encode(doc)
		if err != nil {
			return err
		}
		_, err = plugin.NewGeneratedFile(output, "").Write(text)
		return err
	})
}

// encode writes a document as JSON: indented by a space, without escapes for HTML, fields of objects in the order of their names.
func encode(doc object) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(doc)
	return b.Bytes(), err
}

// describe makes the document of all services whose methods have an HTTP rule.
func describe(plugin *protogen.Plugin) (object, error) {
	d := document{schemas: object{}, paths: object{}}
	for _, file := range plugin.Files {
		if !file.Generate {
			continue
		}
		for _, service := range file.Services {
			if err := d.addService(service); err != nil {
				return nil, fmt.Errorf("%s: %w", service.Desc.FullName(), err)
			}
		}
	}
	d.schemas["Error"] = errorSchema()
	d.schemas["google.protobuf.Any"] = anySchema()
	return object{
		"openapi": "3.0.3",
		"info": object{
			"title":       "Credence",
			"description": introduction,
			"version":     "v1",
			"license":     object{"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
		},
		"servers":    []any{object{"url": "/", "description": "the node that serves this document"}},
		"tags":       d.tags,
		"paths":      d.paths,
		"components": object{"schemas": d.schemas, "parameters": object{"height": heightParameter()}, "headers": object{"height": heightHeader()}},
	}, nil
}

const introduction = "The queries of the chain's modules over REST. Numbers of 64 bits are strings, bytes are base64, and enums are names; in a query string " +
	"an enum is its number. Transactions are sent by the SDK's own routes, /cosmos/tx/v1beta1. docs/integrator.md goes through all of it."
