#!/usr/bin/env python3
"""A gateway that answers everything and maps nothing.

usage: lying_gateway.py ADDRESS LIE

LIE, of PCP:   zero_address zero_port zero_time one_second for_ever epoch
     of UPnP:  plain            maps as it says, in words only
               conflict         IGD 1, the first external port that is wanted belongs to another host (718)
               permanent        IGD 1, no leases but permanent ones (725)
               foreign_control  its description leads elsewhere
               foreign_device   its description is elsewhere
               endless          never ends its description
Each request is a line on standard output: "pcp PORT LIFETIME" or "soap ACTION PORT LEASE".
"""
import http.server
import re
import socket
import struct
import sys
import threading
import time

address, lie = sys.argv[1:]
ELSEWHERE = "9.9.0.30"
SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:" + ("1" if lie in ("conflict", "permanent") else "2")


def say(*words):
    print(*words, flush=True)


def pcp():
    gateway = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    gateway.bind((address, 5351))
    epoch = 4_000_000_000
    while True:
        request, sender = gateway.recvfrom(2000)
        if len(request) != 60 or request[0] != 2:
            continue
        lifetime, = struct.unpack(">I", request[4:8])
        port, = struct.unpack(">H", request[40:42])
        say("pcp", port, lifetime)
        epoch -= 1_000_000 if lie == "epoch" else 0
        granted = {"zero_time": 0, "one_second": 1, "for_ever": 0xFFFFFFFF}.get(lie, lifetime)
        external = "0.0.0.0" if lie == "zero_address" else "9.9.0.10"
        answer = bytes([2, 0x81, 0, 0]) + struct.pack(">II", granted, epoch) + bytes(12) + request[24:42]
        answer += struct.pack(">H", 0 if lie == "zero_port" else port)
        answer += bytes(10) + b"\xff\xff" + socket.inet_aton(external)
        gateway.sendto(answer, sender)


def ssdp():
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("239.255.255.250", 1900))
    group = socket.inet_aton("239.255.255.250") + socket.inet_aton(address)
    listener.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind((address, 0))
    while True:
        search, who = listener.recvfrom(2000)
        kind = re.search(rb"ST: *(\S+)", search)
        if not search.startswith(b"M-SEARCH") or not kind:
            continue
        say("search", kind[1].decode())
        where = ELSEWHERE if lie == "foreign_device" else address
        sender.sendto(b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=60\r\nEXT:\r\nST: " + kind[1] +
                      b"\r\nUSN: uuid:1::" + kind[1] + f"\r\nLOCATION: http://{where}:5000/device.xml\r\n\r\n".encode(), who)


def description():
    base = f"http://{ELSEWHERE if lie == 'foreign_control' else address}:5000"
    return f"""<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><URLBase>{base}</URLBase><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType><serviceList><service>
<serviceType>{SERVICE}</serviceType><serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId><controlURL>/control</controlURL>
<eventSubURL>/event</eventSubURL><SCPDURL>/scpd.xml</SCPDURL></service></serviceList></device></deviceList></device></deviceList>
</device></root>"""


def outcome(action, port, lease):
    """Fields of the answer, or the number of an error."""
    if action == "GetExternalIPAddress":
        return {"NewExternalIPAddress": "9.9.0.10"}
    if lie == "conflict" and action == "AddPortMapping" and port == "41641":
        return 718
    if lie == "permanent" and action == "AddPortMapping" and lease != "0":
        return 725
    return {"NewReservedPort": port} if action == "AddAnyPortMapping" else {}


class device(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def reply(self, code, text):
        data = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        say("description")
        if lie != "endless":
            self.reply(200, description())
            return
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(b"<!-- -->")
            time.sleep(0.2)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        action = self.headers["SOAPAction"].strip('"').split("#")[1]
        field = lambda name: (re.search(f"<{name}>([^<]*)<", body) or [None, "-"])[1]
        port, lease = field("NewExternalPort"), field("NewLeaseDuration")
        say("soap", action, port, lease)
        found = outcome(action, port, lease)
        head = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        tail = "</s:Body></s:Envelope>"
        if isinstance(found, int):
            self.reply(500, head + "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"
                       f'<UPnPError xmlns="urn:schemas-upnp-org:control-1-0"><errorCode>{found}</errorCode>'
                       "<errorDescription>no</errorDescription></UPnPError></detail></s:Fault>" + tail)
            return
        fields = "".join(f"<{name}>{value}</{name}>" for name, value in found.items())
        self.reply(200, f'{head}<u:{action}Response xmlns:u="{SERVICE}">{fields}</u:{action}Response>{tail}')


IS_PCP = lie in ("zero_address", "zero_port", "zero_time", "one_second", "for_ever", "epoch")
if not IS_PCP:
    server = http.server.ThreadingHTTPServer((address, 5000), device)
    threading.Thread(target=server.serve_forever, daemon=True).start()
say("ready")
pcp() if IS_PCP else ssdp()
