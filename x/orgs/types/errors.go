package types

import errorsmod "cosmossdk.io/errors"

// Errors of the module.
var (
	ErrInvalidOrganisation = errorsmod.Register(ModuleName, 2, "invalid organisation")
	ErrNotFound            = errorsmod.Register(ModuleName, 3, "organisation not found")
	ErrExists              = errorsmod.Register(ModuleName, 4, "organisation already admitted")
	ErrTaken               = errorsmod.Register(ModuleName, 5, "account already belongs to an organisation")
	ErrNotMember           = errorsmod.Register(ModuleName, 6, "account is not a member of the organisation")
	ErrRole                = errorsmod.Register(ModuleName, 7, "role not held")
	ErrInvalidParams       = errorsmod.Register(ModuleName, 8, "invalid parameters")
	ErrRevoked             = errorsmod.Register(ModuleName, 9, "organisation is revoked")
	ErrAudience            = errorsmod.Register(ModuleName, 10, "invalid audience")
	ErrNoOffer             = errorsmod.Register(ModuleName, 11, "account was not offered membership")
	ErrOffered             = errorsmod.Register(ModuleName, 12, "account was offered membership already")
	ErrLastAdmin           = errorsmod.Register(ModuleName, 13, "organisation would be left without an admin")
	ErrReserved            = errorsmod.Register(ModuleName, 14, "account may belong to no organisation")
	ErrTied                = errorsmod.Register(ModuleName, 15, "account is tied to its organisation")
	ErrAdmissionRate       = errorsmod.Register(ModuleName, 16, "too many organisations were admitted of late")
)
