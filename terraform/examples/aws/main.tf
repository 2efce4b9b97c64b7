# A server at AWS for the client acme, in a network of its own.

terraform {
  required_version = ">= 1.7"
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "Where it stands."
  type        = string
  default     = "eu-central-1"
}

variable "zone" {
  description = "A zone of Route 53; null: names are somebody else's."
  type        = string
  default     = null
}

variable "image" {
  description = "AMI; null: the newest Debian 13."
  type        = string
  default     = null
}

variable "size" {
  description = "Instance type."
  type        = string
  default     = "t3.medium"
}

variable "ssh_from" {
  description = "Who may reach SSH."
  type        = list(string)
  default     = ["0.0.0.0/0", "::/0"]
}

variable "ssh_public_keys" {
  description = "Who may sign in."
  type        = list(string)
}

variable "host_key" {
  description = "See modules/first_boot."
  type        = object({ private = string, public = string, fingerprint = string })
  default     = null
  sensitive   = true
}

resource "aws_vpc" "net" {
  cidr_block                       = "10.20.0.0/16"
  assign_generated_ipv6_cidr_block = true
  tags                             = { Name = "leadengine" }
}

resource "aws_subnet" "net" {
  vpc_id     = aws_vpc.net.id
  cidr_block = "10.20.1.0/24"
  tags       = { Name = "leadengine" }
}

resource "aws_internet_gateway" "net" {
  vpc_id = aws_vpc.net.id
}

resource "aws_route_table" "net" {
  vpc_id = aws_vpc.net.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.net.id
  }
}

resource "aws_route_table_association" "net" {
  subnet_id      = aws_subnet.net.id
  route_table_id = aws_route_table.net.id
}

resource "aws_sns_topic" "alarms" {
  name = "leadengine-alarms"
}

module "acme" {
  source = "../../modules/aws"

  name            = "acme"
  size            = var.size
  image           = var.image
  vpc_id          = aws_vpc.net.id
  subnet_id       = aws_subnet.net.id
  ssh_public_keys = var.ssh_public_keys
  ssh_from        = var.ssh_from
  host_key        = var.host_key
  alarm_topics    = [aws_sns_topic.alarms.arn]
  dns             = var.zone == null ? null : { zone = var.zone, names = ["leads"] }
}

output "url" {
  description = "The host as lectl takes it."
  value       = module.acme.url
}

output "prepare" {
  description = "What to run next."
  value       = module.acme.prepare
}
