package certificate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	encodingasn1 "encoding/asn1"
	"encoding/hex"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// Key is a public key: of ECDSA on P-256 or P-384, or of RSA with 4096 bits and the exponent 65537.
type Key struct {
	ecdsa *ecdsa.PublicKey
	rsa   *rsa.PublicKey
}

// rsaBits is the only size of RSA keys here. AMD's authorities have it.
const rsaBits = 4096

// signatureAlgorithm is the algorithm of a signature.
type signatureAlgorithm uint8

const (
	ecdsaSHA256 signatureAlgorithm = iota
	ecdsaSHA384
	rsaPSSSHA384
)

// signatureAlgorithms are the algorithms by the DER of their identifiers. The identifier of RSA-PSS holds its parameters: SHA-384,
// the mask MGF1 of SHA-384, a salt of 48 bytes, and the trailer 1, which DER would leave out and AMD writes.
var signatureAlgorithms = map[string]signatureAlgorithm{
	"300a06082a8648ce3d040302": ecdsaSHA256,
	"300a06082a8648ce3d040303": ecdsaSHA384,
	"304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130":           rsaPSSSHA384,
	"304606092a864886f70d01010a3039a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130a303020101": rsaPSSSHA384,
}

func findSignatureAlgorithm(der []byte) (signatureAlgorithm, error) {
	a, ok := signatureAlgorithms[hex.EncodeToString(der)]
	if !ok {
		return 0, fmt.Errorf("%w: signature algorithm %x", ErrFormat, der)
	}
	return a, nil
}

// readIdentifier reads an object identifier in dots.
func readIdentifier(s *cryptobyte.String, to *string) bool {
	var id encodingasn1.ObjectIdentifier
	if !s.ReadASN1ObjectIdentifier(&id) {
		return false
	}
	*to = id.String()
	return true
}

// Object identifiers of keys and curves.
const (
	idRSA   = "1.2.840.113549.1.1.1"
	idPSS   = "1.2.840.113549.1.1.10"
	idECDSA = "1.2.840.10045.2.1"
	idP256  = "1.2.840.10045.3.1.7"
	idP384  = "1.3.132.0.34"
)

// readKey reads the subject's key.
func readKey(info cryptobyte.String) (*Key, error) {
	var algorithm cryptobyte.String
	var kind string
	var bits []byte
	if !info.ReadASN1(&algorithm, asn1.SEQUENCE) || !readIdentifier(&algorithm, &kind) || !info.ReadASN1BitStringAsBytes(&bits) || !info.Empty() {
		return nil, fmt.Errorf("%w: key", ErrFormat)
	}
	switch kind {
	case idECDSA:
		var curve string
		if !readIdentifier(&algorithm, &curve) || !algorithm.Empty() {
			return nil, fmt.Errorf("%w: the key's curve", ErrFormat)
		}
		return readECDSA(curve, bits)
	case idRSA, idPSS:
		return readRSA(bits)
	}
	return nil, fmt.Errorf("%w: a key of kind %s", ErrFormat, kind)
}

func readECDSA(curve string, point []byte) (*Key, error) {
	var on elliptic.Curve
	switch curve {
	case idP256:
		on = elliptic.P256()
	case idP384:
		on = elliptic.P384()
	default:
		return nil, fmt.Errorf("%w: a key on the curve %s", ErrFormat, curve)
	}
	k, err := ecdsa.ParseUncompressedPublicKey(on, point)
	if err != nil {
		return nil, fmt.Errorf("%w: the key is no point of its curve", ErrFormat)
	}
	return &Key{ecdsa: k}, nil
}

func readRSA(der cryptobyte.String) (*Key, error) {
	var body cryptobyte.String
	n, e := new(big.Int), 0
	if !der.ReadASN1(&body, asn1.SEQUENCE) || !der.Empty() || !body.ReadASN1Integer(n) || !body.ReadASN1Integer(&e) || !body.Empty() ||
		n.Sign() <= 0 || n.BitLen() != rsaBits || n.Bit(0) == 0 || e != 65537 {
		return nil, fmt.Errorf("%w: RSA key, expected one of %d bits with the exponent 65537", ErrFormat, rsaBits)
	}
	return &Key{rsa: &rsa.PublicKey{N: n, E: e}}, nil
}

// NewP256Key reads a key of ECDSA on P-256 from its coordinates, 32 bytes each, big endian.
func NewP256Key(coordinates [64]byte) (*Key, error) {
	return readECDSA(idP256, append([]byte{4}, coordinates[:]...))
}

// IsP256 says whether the key is of ECDSA on P-256.
func (k *Key) IsP256() bool { return k.ecdsa != nil && k.ecdsa.Curve == elliptic.P256() }

// IsP384 says whether the key is of ECDSA on P-384.
func (k *Key) IsP384() bool { return k.ecdsa != nil && k.ecdsa.Curve == elliptic.P384() }

// IsRSA says whether the key is of RSA.
func (k *Key) IsRSA() bool { return k.rsa != nil }

// CheckP256 checks a signature of ECDSA on P-256 over SHA-256 of a message. The signature is r and s, 32 bytes each, big endian. A
// valid s can be replaced by the order less s, so the bytes of a signature identify nothing.
func (k *Key) CheckP256(message []byte, signature [64]byte) error {
	digest := sha256.Sum256(message)
	return k.checkRaw(k.IsP256(), digest[:], signature[:32], signature[32:])
}

// CheckP384 checks a signature of ECDSA on P-384 over SHA-384 of a message: r and s, 48 bytes each, big endian.
func (k *Key) CheckP384(message []byte, signature [96]byte) error {
	digest := sha512.Sum384(message)
	return k.checkRaw(k.IsP384(), digest[:], signature[:48], signature[48:])
}

func (k *Key) checkRaw(fits bool, digest, r, s []byte) error {
	if !fits || !ecdsa.Verify(k.ecdsa, digest, new(big.Int).SetBytes(r), new(big.Int).SetBytes(s)) {
		return ErrSignature
	}
	return nil
}

// checkSignature checks the signature of a certificate or a revocation list.
func (k *Key) checkSignature(s signed) error {
	var holds bool
	switch s.algorithm {
	case ecdsaSHA256:
		digest := sha256.Sum256(s.body)
		holds = k.IsP256() && ecdsa.VerifyASN1(k.ecdsa, digest[:], s.signature)
	case ecdsaSHA384:
		digest := sha512.Sum384(s.body)
		holds = k.IsP384() && ecdsa.VerifyASN1(k.ecdsa, digest[:], s.signature)
	case rsaPSSSHA384:
		digest := sha512.Sum384(s.body)
		holds = k.IsRSA() && rsa.VerifyPSS(k.rsa, crypto.SHA384, digest[:], s.signature, &rsa.PSSOptions{SaltLength: sha512.Size384}) == nil
	}
	if !holds {
		return ErrSignature
	}
	return nil
}

func hashOf(b []byte) [32]byte { return sha256.Sum256(b) }
