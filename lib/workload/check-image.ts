import type { ISecret } from 'cdk8s-plus-27';
import { MqttImagePullPolicy } from './mqtt-image-pull-policy';
import { type ArgumentErrors, show } from '../manifest/arguments';

/** What cannot work about the name of an image. */
export function checkImage(errors: ArgumentErrors, at: string, image: unknown, example: string): void {
  if (image === undefined || (typeof image === 'string' && /^\S+$/.test(image))) return;
  errors.add(`${at} is ${show(image)}, but must be an image reference, for example ${example}`);
}

/** What cannot work about how images are pulled. */
export function checkImagePull(errors: ArgumentErrors, policy: MqttImagePullPolicy | undefined, secrets: ISecret[] | undefined): void {
  errors.member('imagePullPolicy', policy, MqttImagePullPolicy);
  if (!errors.filledArray('imagePullSecrets', secrets, 'leave it out')) return;
  secrets!.forEach((secret, index) => errors.reference(
    `imagePullSecrets[${index}]`, (secret as ISecret | null)?.name, 'Secret', "Secret.fromSecretName(this, 'Registry', 'registry-credentials')"));
}
