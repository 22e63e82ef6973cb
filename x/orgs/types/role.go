package types

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	protov2 "google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Holdable says whether an organisation may hold the role. ROLE_ANYONE, ROLE_AUTHORITY and ROLE_ORG_ADMIN are
// properties of accounts.
func (r Role) Holdable() bool {
	return r >= ROLE_VALIDATOR && r <= ROLE_POOL_OPERATOR
}

// Word returns the role as people write it: "pool-operator" for ROLE_POOL_OPERATOR.
func (r Role) Word() string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(r.String(), "ROLE_")), "_", "-")
}

// ParseRole reads a role that an organisation may hold, as people write it.
func ParseRole(word string) (Role, error) {
	name := "ROLE_" + strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(word), "-", "_"))
	r := Role(Role_value[name])
	if !r.Holdable() {
		return ROLE_UNSPECIFIED, fmt.Errorf("role %q: expected one of validator, worker, provider, requester, pool-operator", word)
	}
	return r, nil
}

// RoleOf reads the role from the options of a message's descriptor. It returns ROLE_UNSPECIFIED when there is none.
func RoleOf(desc protoreflect.MessageDescriptor) (Role, error) {
	v, err := numberOption(desc, E_Role.Field)
	if err != nil {
		return ROLE_UNSPECIFIED, err
	}
	if _, known := Role_name[int32(v)]; !known {
		return ROLE_UNSPECIFIED, fmt.Errorf("options of %s: unknown role %d", desc.FullName(), v)
	}
	return Role(v), nil
}

// RefusedInPause reads from the options of a message's descriptor whether an emergency pause refuses the message, because it
// begins new work.
func RefusedInPause(desc protoreflect.MessageDescriptor) (bool, error) {
	v, err := numberOption(desc, E_RefusedInPause.Field)
	return v != 0, err
}

// numberOption returns the value of a numeric option of a message, or 0 if the message does not have the option.
//
// It reads the encoded options rather than an extension type, because it depends on the descriptor's registry whether the decoded
// options know our extension.
func numberOption(desc protoreflect.MessageDescriptor, field int32) (value uint64, err error) {
	bz, err := protov2.Marshal(desc.Options())
	if err != nil {
		return 0, fmt.Errorf("options of %s: %w", desc.FullName(), err)
	}
	for len(bz) > 0 {
		num, typ, n := protowire.ConsumeTag(bz)
		if n < 0 {
			return 0, fmt.Errorf("options of %s: %w", desc.FullName(), protowire.ParseError(n))
		}
		bz = bz[n:]
		if int32(num) == field && typ == protowire.VarintType {
			v, m := protowire.ConsumeVarint(bz)
			if m < 0 {
				return 0, fmt.Errorf("options of %s: %w", desc.FullName(), protowire.ParseError(m))
			}
			value, bz = v, bz[m:]
			continue
		}
		m := protowire.ConsumeFieldValue(num, typ, bz)
		if m < 0 {
			return 0, fmt.Errorf("options of %s: %w", desc.FullName(), protowire.ParseError(m))
		}
		bz = bz[m:]
	}
	return value, nil
}
