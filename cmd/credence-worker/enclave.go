package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/credence-chain/credence/client"
	"github.com/credence-chain/credence/client/sender"
	"github.com/credence-chain/credence/executor/attester"
	"github.com/credence-chain/credence/internal/worker/enclave"
)

// Settings of the software platform: its security level, and how long its machine's certificate is valid.
const (
	softwareLevel = 1
	softwareLife  = 30 * 24 * time.Hour
)

// openSession returns a session of the enclave in which this worker runs; nil when it runs in none.
func (w *worker) openSession() (attester.Attester, error) {
	if w.Enclave == "" {
		return nil, nil
	}
	if w.Enclave != attester.Software {
		return w.openHardware()
	}
	seed, err := attester.LoadSeed(w.pathOf("enclave"))
	if err != nil {
		return nil, fmt.Errorf("enclave: %w", err)
	}
	w.log.Warn("this worker only says that it is an enclave: chains that are not for development refuse its word", "enclave", w.Enclave)
	return attester.NewSoftware(attester.Machine{
		Seed: seed, Measurement: attester.DefaultMeasurement(), Level: softwareLevel, End: time.Now().Add(softwareLife).Unix(),
	}, w.key.Address())
}

// openHardware returns a session of the hardware enclave in which this worker was started.
func (w *worker) openHardware() (attester.Attester, error) {
	var certificate []byte
	if w.EnclaveCertificate != "" {
		var err error
		if certificate, err = os.ReadFile(w.EnclaveCertificate); err != nil {
			return nil, fmt.Errorf("enclave-certificate: %w", err)
		}
	}
	s, err := attester.OpenHardware(w.Enclave, attester.TSMRoot, certificate, w.EnclaveProduct)
	if err != nil {
		return nil, fmt.Errorf("enclave: %w", err)
	}
	return s, nil
}

// keepSession keeps a session registered until the context ends.
func (w *worker) keepSession(ctx context.Context, conn *client.Conn, session attester.Attester) error {
	if session == nil {
		return nil
	}
	s, err := sender.New(conn, w.key, sender.Options{GasPrices: w.GasPrices, TTL: w.TxTTL})
	if err != nil {
		return err
	}
	go enclave.Config{Who: w.key.Address(), ChainID: conn.ChainID(), Session: session, Chain: enclave.NewChain(conn, s), Logger: w.log}.Keep(ctx)
	return nil
}
