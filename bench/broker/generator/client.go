package main

import (
	"fmt"
	"net"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// Longer than any case, so that no client has to ping.
	keepaliveSeconds = 3600
	handshakeTimeout = 30 * time.Second
	largestBuffer    = 64 * 1024
	// Filters of one SUBSCRIBE, well below any broker's limit for a packet.
	filtersPerSubscribe = 100
)

// client is one connection, with the bytes that were read but not yet taken apart.
type client struct {
	conn   net.Conn
	buffer []byte
	length int
}

// Connections of one source address and broker are limited by the local ports, so they are spread over the loopback network.
var sourceAddresses = []net.IP{{127, 0, 0, 1}, {127, 0, 0, 2}, {127, 0, 0, 3}, {127, 0, 0, 4}}

// IP_BIND_ADDRESS_NO_PORT (ip(7)): the port is chosen at connect, for this pair of addresses.
const bindAddressNoPort = 24

var dialed atomic.Int64

func dial(address string) (*client, error) {
	dialer := net.Dialer{
		Timeout:   handshakeTimeout,
		LocalAddr: &net.TCPAddr{IP: sourceAddresses[dialed.Add(1)%int64(len(sourceAddresses))]},
		Control: func(_, _ string, raw syscall.RawConn) error {
			var failure error
			if err := raw.Control(func(fd uintptr) {
				failure = syscall.SetsockoptInt(int(fd), syscall.SOL_IP, bindAddressNoPort, 1)
			}); err != nil {
				return err
			}
			return failure
		},
	}
	tcp, err := dialer.Dial("tcp4", hostPort(address))
	if err != nil {
		return nil, err
	}
	conn, err := secured(tcp, address)
	if err != nil {
		tcp.Close()
		return nil, err
	}
	return &client{conn: conn}, nil
}

// open connects and waits for CONNACK.
func open(address, clientID string, clean bool) (*client, error) {
	c, err := dial(address)
	if err != nil {
		return nil, err
	}
	if err := c.handshake(clientID, clean); err != nil {
		c.conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *client) handshake(clientID string, clean bool) error {
	if _, err := c.conn.Write(appendConnect(nil, clientID, clean)); err != nil {
		return err
	}
	code := byte(0)
	if err := c.await(connackPacket, func(body []byte) { code = body[1] }); err != nil {
		return fmt.Errorf("no CONNACK for %s: %w", clientID, err)
	}
	if code != 0 {
		return fmt.Errorf("CONNACK for %s refuses with code %d", clientID, code)
	}
	return nil
}

func (c *client) subscribe(filters []string, qos byte) error {
	for start := 0; start < len(filters); start += filtersPerSubscribe {
		batch := filters[start:min(start+filtersPerSubscribe, len(filters))]
		if _, err := c.conn.Write(appendSubscribe(nil, 1, batch, qos)); err != nil {
			return err
		}
		refused := -1
		err := c.await(subackPacket, func(body []byte) {
			for i, granted := range body[2:] {
				if granted != qos {
					refused = i
				}
			}
		})
		if err != nil {
			return fmt.Errorf("no SUBACK: %w", err)
		}
		if refused >= 0 {
			return fmt.Errorf("SUBACK does not grant QoS %d to %s", qos, batch[refused])
		}
	}
	return nil
}

// await takes the next packet, which must be of that type. What comes after it stays for read.
func (c *client) await(packet byte, handle func(body []byte)) error {
	if err := c.conn.SetReadDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	for {
		if body, end, complete := nextPacket(c.buffer[:c.length], 0); complete {
			if c.buffer[0]&0xf0 != packet&0xf0 {
				return fmt.Errorf("packet 0x%02x came instead of 0x%02x", c.buffer[0], packet)
			}
			handle(c.buffer[body:end])
			c.discard(end)
			return c.conn.SetReadDeadline(time.Time{})
		}
		if err := c.fill(); err != nil {
			return err
		}
	}
}

// read hands over every packet that is complete; when there is none, it waits for bytes once.
func (c *client) read(handle func(first byte, body []byte) error) error {
	if handled, err := c.takeApart(handle); handled || err != nil {
		return err
	}
	if err := c.fill(); err != nil {
		return err
	}
	full := c.length == len(c.buffer)
	_, err := c.takeApart(handle)
	if full {
		c.grow()
	}
	return err
}

func (c *client) takeApart(handle func(first byte, body []byte) error) (handled bool, err error) {
	at := 0
	for {
		body, end, complete := nextPacket(c.buffer[:c.length], at)
		if !complete {
			break
		}
		if err := handle(c.buffer[at], c.buffer[body:end]); err != nil {
			return true, err
		}
		at = end
	}
	c.discard(at)
	return at > 0, nil
}

func (c *client) fill() error {
	if c.length == len(c.buffer) {
		if len(c.buffer) == largestBuffer {
			return fmt.Errorf("a packet has more than %d bytes", largestBuffer)
		}
		c.grow()
	}
	n, err := c.conn.Read(c.buffer[c.length:])
	c.length += n
	return err
}

func (c *client) discard(count int) {
	copy(c.buffer, c.buffer[count:c.length])
	c.length -= count
}

// grow starts small: ten thousand idle connections must not cost the generator a large buffer each.
func (c *client) grow() {
	grown := make([]byte, max(512, min(largestBuffer, 4*len(c.buffer))))
	copy(grown, c.buffer[:c.length])
	c.buffer = grown
}

func nextPacket(b []byte, at int) (body, end int, complete bool) {
	length, shift := 0, 0
	for i := at + 1; i < len(b); i++ {
		length |= int(b[i]&127) << shift
		shift += 7
		if b[i] < 128 {
			return i + 1, i + 1 + length, i+1+length <= len(b)
		}
	}
	return 0, 0, false
}

// leave sends DISCONNECT, so that the broker ends the connection in order.
func (c *client) leave() {
	c.conn.Write([]byte{disconnectPacket, 0})
	c.conn.Close()
}

// forget removes a persistent session.
func forget(address, clientID string) error {
	c, err := open(address, clientID, true)
	if err != nil {
		return err
	}
	c.leave()
	return nil
}
