package main

import (
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// messageSchema refers to the schema of a message, and describes it if nobody has.
func (d *document) messageSchema(m *protogen.Message) object {
	if known := wellKnown(m); known != nil {
		return known
	}
	name := string(m.Desc.FullName())
	if d.schemas[name] == nil {
		properties := object{}
		schema := object{"type": "object", "description": comment(m.Comments), "properties": properties}
		d.schemas[name] = schema // before its fields, which may lead back to it
		for _, field := range m.Fields {
			properties[string(field.Desc.Name())] = d.propertySchema(field)
		}
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// wellKnown is the schema of a message that JSON writes in a form of its own; nil for others.
func wellKnown(m *protogen.Message) object {
	switch m.Desc.FullName() {
	case "google.protobuf.Timestamp":
		return object{"type": "string", "format": "date-time"}
	case "google.protobuf.Duration":
		return object{"type": "string", "description": "seconds, with an s behind them"}
	case "google.protobuf.Any":
		return object{"$ref": "#/components/schemas/google.protobuf.Any"}
	default:
		return nil
	}
}

// propertySchema is the schema of a field of an object, with its comment.
func (d *document) propertySchema(field *protogen.Field) object {
	schema, text := d.fieldSchema(field), comment(field.Comments)
	if of := field.Oneof; of != nil && !of.Desc.IsSynthetic() {
		text = strings.TrimSpace(text + " At most one field of " + string(of.Desc.Name()) + " is set.")
	}
	if text == "" {
		return schema
	}
	if schema["$ref"] != nil { // whatever stands beside a reference is ignored
		return object{"allOf": []any{schema}, "description": text}
	}
	schema["description"] = text
	return schema
}

// fieldSchema is the schema of a field without its comment.
func (d *document) fieldSchema(field *protogen.Field) object {
	if field.Desc.IsMap() {
		return object{"type": "object", "additionalProperties": d.valueSchema(field.Message.Fields[1])}
	}
	return repeated(field, d.valueSchema(field))
}

func repeated(field *protogen.Field, one object) object {
	if field.Desc.IsList() {
		return object{"type": "array", "items": one}
	}
	return one
}

// valueSchema is the schema of one value of a field.
func (d *document) valueSchema(field *protogen.Field) object {
	switch field.Desc.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return d.messageSchema(field.Message)
	case protoreflect.EnumKind:
		var names []any
		for _, value := range field.Enum.Values {
			names = append(names, string(value.Desc.Name()))
		}
		return object{"type": "string", "enum": names}
	case protoreflect.StringKind:
		return textSchema(field)
	default:
		return scalarSchema(field.Desc.Kind())
	}
}

// scalarSchema is the schema of a number, a boolean or bytes.
func scalarSchema(kind protoreflect.Kind) object {
	switch kind {
	case protoreflect.BoolKind:
		return object{"type": "boolean"}
	case protoreflect.BytesKind:
		return object{"type": "string", "format": "byte"}
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return object{"type": "number"}
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return object{"type": "string", "format": "int64"}
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return object{"type": "string", "format": "uint64"}
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return object{"type": "integer", "format": "int64", "minimum": 0}
	default:
		return object{"type": "integer", "format": "int32"}
	}
}

// scalarOption is cosmos_proto.scalar: which kind of text a field is.
const scalarOption = 93002

// textSchema is the schema of a text. Each form has an empty text, too, for a field that is not set.
func textSchema(field *protogen.Field) object {
	switch textOption(field.Desc.Options(), scalarOption) {
	case "credence.ID":
		return object{"type": "string", "pattern": "^([0-9a-f]{64})?$", "example": strings.Repeat("5e", 32)}
	case "credence.Digest":
		return object{"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$", "example": "sha256:" + strings.Repeat("5e", 32)}
	case "cosmos.AddressString":
		return object{"type": "string", "format": "bech32", "example": "cred1..."}
	case "cosmos.Int":
		return object{"type": "string", "pattern": "^-?[0-9]*$"}
	default:
		return object{"type": "string"}
	}
}

// textOption reads an extension of options that is a text and that this program has no Go package for.
func textOption(options protoreflect.ProtoMessage, number protowire.Number) string {
	found := ""
	for b := []byte(options.ProtoReflect().GetUnknown()); len(b) > 0; {
		n, kind, size := protowire.ConsumeField(b)
		if size < 0 {
			return found
		}
		if n == number && kind == protowire.BytesType {
			_, _, tag := protowire.ConsumeTag(b)
			text, _ := protowire.ConsumeBytes(b[tag:size])
			found = string(text)
		}
		b = b[size:]
	}
	return found
}

func anySchema() object {
	return object{
		"type": "object", "description": "A message of any type, whose fields stand beside its name.",
		"properties": object{"@type": object{"type": "string"}}, "additionalProperties": true,
	}
}

// errorSchema is what the gateway answers when it has no answer.
func errorSchema() object {
	return object{
		"type": "object", "description": "Why there is no answer. Decide by the details where there are some, and by the code; the message is for people.",
		"properties": object{
			"code":    object{"type": "integer", "format": "int32", "description": "code of gRPC"},
			"message": object{"type": "string"},
			"details": object{"type": "array", "items": object{"$ref": "#/components/schemas/google.protobuf.Any"}},
		},
	}
}

// comment is the text of the comment before a definition, in one line.
func comment(of protogen.CommentSet) string {
	return strings.Join(strings.Fields(string(of.Leading)), " ")
}

// firstSentence is the beginning of a text, without its full stop.
func firstSentence(text string) string {
	first, _, _ := strings.Cut(text, ". ")
	return strings.TrimSuffix(first, ".")
}
